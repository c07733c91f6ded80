import type { TadaDocumentNode } from 'gql.tada';
import { ClientError, GraphQLClient } from 'graphql-request';
import type * as z from 'zod/mini';
import {
  type ApiErrorContext,
  errorEntries,
  fromEntries,
  type GraphQLErrorEntry,
  malformed,
  toApiError,
} from './api-error.ts';
import { boundedFetch } from './bounded-fetch.ts';
import { type Resend, resendAfterMs } from './resend.ts';
import { RestPeriod } from './rest-period.ts';
import type { CallCounter } from '../call-counter.ts';
import type { Clock } from '../clock.ts';
import { describeIssues } from '../describe-issues.ts';
import { PrefectApiError } from '../errors.ts';
import type { Secret } from '../secret.ts';
import { timeoutSignal } from '../timeout-signal.ts';
import { withRetries } from '../with-retries.ts';
import { withoutSecrets } from '../without-secrets.ts';

/** The protocol spoken: what the genuine agent of this version sends. */
const CORE_VERSION = '1.4.1';

/** The genuine client's own time-out, in milliseconds. */
const REQUEST_TIMEOUT_MS = 15_000;

/**
 * A request is not sent again when it was begun longer ago than this, in milliseconds: an API that hangs costs
 * an invocation one time-out and not four.
 */
const PATIENCE_MS = 15_000;

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
  /** While it lasts, requests fail without being sent. */
  readonly rest = new RestPeriod();
  readonly #options: Prefect1ClientOptions;
  readonly #client: GraphQLClient;

  constructor(options: Prefect1ClientOptions) {
    this.#options = options;
    this.#client = new GraphQLClient(options.api, { fetch: boundedFetch(options.fetch ?? fetch) });
  }

  /** @throws PrefectApiError for anything but data without errors, of the shape that the operation expects. */
  async request<Data extends object, Variables extends object>(
    operation: ReadOperation<Data, Variables>,
    variables: Variables,
    signal: AbortSignal,
  ): Promise<Data> {
    const attempt = async () => {
      const { data, errors } = await this.#send(operation, variables, signal);
      // What an answer says is without the key already.
      const context = { operation: operation.name, redact: String };
      if (errors.length > 0) throw fromEntries(context, errors);
      const parsed = operation.answer.safeParse(data);
      if (!parsed.success) throw malformed(context, describeIssues(parsed.error));
      return parsed.data;
    };
    return this.#withRetries(attempt, operation, signal);
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
    const attempt = () => this.#send(operation, variables, signal);
    return this.#withRetries(attempt, operation, signal);
  }

  async #withRetries<T>(
    attempt: () => Promise<T>,
    { name, resend }: Pick<Operation<unknown, unknown>, 'name' | 'resend'>,
    signal: AbortSignal,
  ): Promise<T> {
    const { clock, random = Math.random } = this.#options;
    const startMs = clock.now();
    const politely = async () => {
      this.rest.throwIfResting(name, clock.now());
      try {
        return await attempt();
      } catch (error) {
        this.rest.note(error, clock.now());
        throw error;
      }
    };
    return withRetries(politely, {
      retryAfterMs: (error) =>
        clock.now() - startMs < PATIENCE_MS ? resendAfterMs(error, resend) : undefined,
      clock,
      random,
      signal,
    });
  }

  async #send<Data extends object, Variables extends object>(
    { name, document }: Operation<Data, Variables>,
    variables: Variables,
    parent: AbortSignal,
  ): Promise<Answer<Data>> {
    const { clock, calls, apiKey } = this.#options;
    const late = new PrefectApiError(
      `Prefect API, ${name}: no answer within ${REQUEST_TIMEOUT_MS / 1000} seconds.`,
      { effect: 'unknown', transient: true },
    );
    using timeout = timeoutSignal(clock, REQUEST_TIMEOUT_MS, late, parent);
    const { signal } = timeout;
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
      // The signal's reason says more than the AbortError that fetch makes of it.
      if (signal.aborted) throw endedBy(name, signal);
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

function endedBy(operation: string, { reason }: AbortSignal): PrefectApiError {
  if (reason instanceof PrefectApiError) return reason;
  const text = `Prefect API, ${operation}: ended before the answer came.`;
  return new PrefectApiError(text, { effect: 'unknown', transient: false, cause: reason });
}
