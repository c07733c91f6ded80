import type * as z from 'zod/mini';
import { ApiCalls } from '../prefect-api/api-calls.ts';
import { apiError, connectionError } from '../prefect-api/api-error.ts';
import { boundedFetch } from '../prefect-api/bounded-fetch.ts';
import type { CallCounter } from '../call-counter.ts';
import type { Clock } from '../clock.ts';
import { describeIssues } from '../describe-issues.ts';
import { PrefectApiError } from '../errors.ts';
import { type AnswerContext, problemText, readAnswer } from './answer.ts';
import type { RestPeriod } from '../prefect-api/rest-period.ts';
import type { Secret } from '../secret.ts';
import { csrfToken } from './schemas.ts';
import { withoutSecrets } from '../without-secrets.ts';

/** The API of Prefect 3.8, which is that of 2.20 as far as the agent goes. Servers refuse what is older than 0.8.0. */
const API_VERSION = '0.8.4';

/** By another name than `prefect/<version>`, which would have servers treat the agent as that version of the client. */
const USER_AGENT = 'serverless-prefect-agent';

/** A page of 200 flow runs is some 300 KB, and more by their parameters, of which each run may have half a MB. */
const MAX_ANSWER_BYTES = 8 * 1024 * 1024;

/** Writes under way at once: a server on SQLite makes them one by one. */
export const CONCURRENT_WRITES = 5;

const WRONG_TOKEN = /CSRF token|client identifier/;

export interface Prefect3ClientOptions {
  /** The address under which the API's paths are, `/api` included. */
  readonly api: string;
  readonly apiKey: (signal: AbortSignal) => Promise<Secret | undefined>;
  readonly keyKind: 'key' | 'auth-string';
  readonly clock: Clock;
  readonly calls: CallCounter;
  /** From 0 to 1; spreads retries. @default Math.random */
  readonly random?: (() => number) | undefined;
  /** Gives UUIDs: names this client where a server wants CSRF tokens. */
  readonly uuid: () => string;
  /** Sends the requests. @default the global fetch */
  readonly fetch?: typeof fetch | undefined;
}

/** One request. All of them are made so that sending one twice does what sending it once does. */
export interface ApiRequest<T> {
  /** What errors and call counts call it. */
  readonly name: string;
  readonly method: 'GET' | 'POST' | 'PATCH';
  /** Below the API's address. */
  readonly path: string;
  readonly body?: unknown;
  readonly answer: z.ZodMiniType<T>;
}

/** Sends requests to the REST API of Prefect 3. */
export class Prefect3Client {
  readonly #options: Prefect3ClientOptions;
  readonly #calls: ApiCalls;
  readonly #fetch: typeof fetch;
  readonly #base: string;
  readonly #csrfClient: string;
  #csrfToken: Promise<string> | undefined;

  constructor(options: Prefect3ClientOptions) {
    this.#options = options;
    this.#calls = new ApiCalls(options);
    this.#fetch = boundedFetch(options.fetch ?? fetch, MAX_ANSWER_BYTES);
    this.#base = options.api.replace(/\/+$/, '');
    this.#csrfClient = options.uuid();
  }

  /** While it lasts, requests fail without being sent. */
  get rest(): RestPeriod {
    return this.#calls.rest;
  }

  /** @throws PrefectApiError for anything but an answer of the form that is expected. */
  async request<T>(request: ApiRequest<T>, signal: AbortSignal): Promise<T> {
    const { name } = request;
    return this.#calls.call({ name, resend: 'always' }, (within) => this.#attempt(request, within), signal);
  }

  /** Like `request`; undefined: there is no such thing. */
  async find<T>(request: ApiRequest<T>, signal: AbortSignal): Promise<T | undefined> {
    try {
      return await this.request(request, signal);
    } catch (error) {
      if (error instanceof PrefectApiError && error.status === 404) return undefined;
      throw error;
    }
  }

  async #attempt<T>(request: ApiRequest<T>, signal: AbortSignal): Promise<T> {
    const sent = this.#csrfToken;
    const first = await this.#send(request, signal);
    if (first.response.status !== 403 || !WRONG_TOKEN.test(problemText(first.body))) {
      return read(request, first);
    }
    // Others may have asked for a new one meanwhile.
    if (this.#csrfToken === sent) this.#csrfToken = this.#newToken(signal);
    await this.#csrfToken;
    return read(request, await this.#send(request, signal));
  }

  async #newToken(signal: AbortSignal): Promise<string> {
    try {
      const path = `/csrf-token?client=${this.#csrfClient}`;
      const request = { name: 'csrf-token', method: 'GET', path, answer: csrfToken } as const;
      const { token } = read(request, await this.#send(request, signal));
      return token;
    } catch (error) {
      this.#csrfToken = undefined;
      throw error;
    }
  }

  async #send(request: ApiRequest<unknown>, signal: AbortSignal): Promise<Sent> {
    const { apiKey, calls, clock, keyKind } = this.#options;
    const { name, method, path, body } = request;
    const key = await apiKey(signal);
    const headers = {
      ...authorization(key, keyKind),
      ...(method === 'GET' ? {} : await this.#csrfHeaders()),
      'content-type': 'application/json',
      'user-agent': USER_AGENT,
      'x-prefect-api-version': API_VERSION,
    };
    const url = new URL(this.#base + path);
    const redact = (text: string) => withoutSecrets(text, key === undefined ? [] : [key.reveal()]);
    const context = { operation: name, redact, url, nowMs: clock.now() };
    // One attempt may be three requests, and others may have been told meanwhile to leave the API alone.
    this.#calls.rest.throwIfResting(name, clock.now());
    calls.count('prefect', name);
    try {
      const init = { method, headers, redirect: 'manual', signal } as const;
      const response = await this.#fetch(
        url,
        body === undefined ? init : { ...init, body: JSON.stringify(body) },
      );
      return { context, response, body: await response.text() };
    } catch (error) {
      throw error instanceof TypeError ? connectionError(context, error) : error;
    }
  }

  async #csrfHeaders(): Promise<Record<string, string>> {
    if (this.#csrfToken === undefined) return {};
    return { 'prefect-csrf-token': await this.#csrfToken, 'prefect-csrf-client': this.#csrfClient };
  }
}

interface Sent {
  readonly context: AnswerContext;
  readonly response: Response;
  readonly body: string;
}

function read<T>({ answer }: ApiRequest<T>, { context, response, body }: Sent): T {
  const parsed = answer.safeParse(readAnswer(context, response, body));
  if (parsed.success) return parsed.data;
  const text = `Expected another form of answer from ${context.url.origin}: ${describeIssues(parsed.error)}.`;
  const { status } = response;
  throw apiError(context, text, { status, effect: 'unknown', transient: false });
}

function authorization(key: Secret | undefined, kind: 'key' | 'auth-string'): Record<string, string> {
  if (key === undefined) return {};
  if (kind === 'key') return { authorization: `Bearer ${key.reveal()}` };
  return { authorization: `Basic ${Buffer.from(key.reveal()).toString('base64')}` };
}
