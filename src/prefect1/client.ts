import type { TadaDocumentNode } from 'gql.tada';
import { ClientError, GraphQLClient } from 'graphql-request';
import type * as z from 'zod/mini';
import { ApiCalls } from '../prefect-api/api-calls.ts';
import type { ApiErrorContext } from '../prefect-api/api-error.ts';
import { errorEntries, fromEntries, type GraphQLErrorEntry, malformed, toApiError } from './answer.ts';
import { boundedFetch } from '../prefect-api/bounded-fetch.ts';
import type { CallCounter } from '../call-counter.ts';
import type { Clock } from '../clock.ts';
import { describeIssues } from '../describe-issues.ts';
import type { Resend } from '../prefect-api/resend.ts';
import type { RestPeriod } from '../prefect-api/rest-period.ts';
import type { Secret } from '../secret.ts';
import { withoutSecrets } from '../without-secrets.ts';

/** The protocol spoken: what the genuine agent of this version sends. */
const CORE_VERSION = '1.4.1';

/** Prefect keeps a state under 1 MB; a page of 25 runs with their states stays far below this. */
const MAX_ANSWER_BYTES = 32 * 1024 * 1024;

export interface Prefect1ClientOptions {
  readonly api: string;
  readonly apiKey: (signal: AbortSignal) => Promise<Secret | undefined>;
  readonly clock: Clock;
  readonly calls: CallCounter;
  /** From 0 to 1; spreads retries. @default Math.random */
  readonly random?: (() => number) | undefined;
  /** Sends the requests. @default the global fetch */
  readonly fetch?: typeof fetch | undefined;
}

/** One operation of the API. `name` is what errors and call counts call it. */
export interface Operation<Data, Variables> {
  readonly name: string;
  readonly document: TadaDocumentNode<Data, Variables> | string;
  readonly resend: Resend;
}

/** An operation that says what its data must be, for an API or a proxy may answer anything. */
export interface ReadOperation<Data, Variables> extends Operation<Data, Variables> {
  readonly answer: z.ZodMiniType<Data>;
}

/** What came back: `data` may be partial when there are errors. */
export interface Answer<Data> {
  readonly data: Partial<Data>;
  readonly errors: readonly GraphQLErrorEntry[];
}

/** Sends GraphQL operations to a Prefect 1 API. */
export class Prefect1Client {
  /** Sent with a key, once it is known. */
  tenantId: string | undefined;
  /** Sent once the agent is registered. */
  agentId: string | undefined;
  readonly #calls: ApiCalls;
  readonly #options: Prefect1ClientOptions;
  readonly #client: GraphQLClient;

  constructor(options: Prefect1ClientOptions) {
    this.#options = options;
    this.#calls = new ApiCalls(options);
    this.#client = new GraphQLClient(options.api, {
      fetch: boundedFetch(options.fetch ?? fetch, MAX_ANSWER_BYTES),
    });
  }

  /** While it lasts, requests fail without being sent. */
  get rest(): RestPeriod {
    return this.#calls.rest;
  }

  /** @throws PrefectApiError for anything but data without errors, of the shape that the operation expects. */
  async request<Data extends object, Variables extends object>(
    operation: ReadOperation<Data, Variables>,
    variables: Variables,
    signal: AbortSignal,
  ): Promise<Data> {
    const attempt = async (within: AbortSignal) => {
      const { data, errors } = await this.#send(operation, variables, within);
      // What an answer says is without the key already.
      const context = { operation: operation.name, redact: String };
      if (errors.length > 0) throw fromEntries(context, errors);
      const parsed = operation.answer.safeParse(data);
      if (!parsed.success) throw malformed(context, describeIssues(parsed.error));
      return parsed.data;
    };
    return this.#calls.call(operation, attempt, signal);
  }

  /**
   * Like `request`, for operations of which a part may succeed: the errors of single fields are answered.
   * @throws PrefectApiError when the answer says nothing about single fields.
   */
  async requestEach<Data extends object, Variables extends object>(
    operation: Operation<Data, Variables>,
    variables: Variables,
    signal: AbortSignal,
  ): Promise<Answer<Data>> {
    const attempt = (within: AbortSignal) => this.#send(operation, variables, within);
    return this.#calls.call(operation, attempt, signal);
  }

  async #send<Data extends object, Variables extends object>(
    { name, document }: Operation<Data, Variables>,
    variables: Variables,
    signal: AbortSignal,
  ): Promise<Answer<Data>> {
    const { clock, calls, apiKey } = this.#options;
    const key = await apiKey(signal);
    const context = {
      operation: name,
      redact: (text: string) => withoutSecrets(text, key === undefined ? [] : [key.reveal()]),
    };
    calls.count('prefect', name);
    try {
      const requestHeaders = this.#headers(key);
      const data = await this.#client.request<unknown>({ document, variables, requestHeaders, signal });
      if (typeof data !== 'object' || data === null) throw malformed(context);
      return { data, errors: [] };
    } catch (error) {
      if (error instanceof ClientError && error.response.status === 200) return partial(context, error);
      throw toApiError(context, error, clock.now());
    }
  }

  #headers(key: Secret | undefined): Record<string, string> {
    return {
      'X-PREFECT-CORE-VERSION': CORE_VERSION,
      ...(key && { Authorization: `Bearer ${key.reveal()}` }),
      ...(key && this.tenantId && { 'X-PREFECT-TENANT-ID': this.tenantId }),
      ...(this.agentId && { 'X-PREFECT-AGENT-ID': this.agentId }),
    };
  }
}

function partial<Data>(context: ApiErrorContext, error: ClientError): Answer<Data> {
  const entries = errorEntries(error);
  const data: unknown = error.response.data;
  if (entries.length === 0) throw malformed(context);
  return { data: typeof data === 'object' && data !== null ? data : {}, errors: entries };
}
