import { ClientError } from 'graphql-request';
import { PrefectApiError, type PrefectApiErrorOptions } from '../errors.ts';

/** One entry of a GraphQL answer's `errors`. */
export interface GraphQLErrorEntry {
  readonly message: string;
  readonly code: string | undefined;
  /** The first element of `path`: the alias of the field that failed. */
  readonly alias: string | undefined;
}

/** What an error of the API is about. */
export interface ApiErrorContext {
  readonly operation: string;
  /** Takes the key out of a text. */
  readonly redact: (text: string) => string;
}

/** Connection errors that come before anything was sent. */
const NEVER_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT']);

const MAX_MESSAGE_LENGTH = 500;

/** The `errors` of an answer, in a shape that can be trusted. */
export function errorEntries({ response }: ClientError): GraphQLErrorEntry[] {
  // The library's type is a promise that nobody checked: a proxy may answer anything.
  const errors: unknown = response.errors;
  if (!Array.isArray(errors)) return [];
  return errors.map((entry: unknown) => {
    const { message, extensions, path } = Object(entry) as Record<string, unknown>;
    const { code } = Object(extensions) as Record<string, unknown>;
    const alias: unknown = Array.isArray(path) ? path[0] : undefined;
    return {
      message: typeof message === 'string' ? message : 'no message',
      code: typeof code === 'string' ? code : undefined,
      alias: typeof alias === 'string' ? alias : undefined,
    };
  });
}

/**
 * Any failure of a request as a `PrefectApiError`. Neither its message nor its cause holds the request or
 * the answer's body: graphql-request's own error holds both.
 */
export function toApiError(context: ApiErrorContext, error: unknown, nowMs: number): PrefectApiError {
  if (error instanceof PrefectApiError) return error;
  if (error instanceof ClientError) return fromStatus(context, error, nowMs);
  if (error instanceof TypeError) return fromConnection(context, error);
  // graphql-request found no JSON, or neither data nor errors in it.
  return malformed(context);
}

/** An answer that is not what GraphQL answers, or not to this operation: `why` names the field. */
export function malformed(context: ApiErrorContext, why = ''): PrefectApiError {
  const text = `Malformed response received from API. ${why}`;
  return apiError(context, text, { effect: 'unknown', transient: true });
}

/** The `errors` of an answer with HTTP 200. */
export function fromEntries(
  context: ApiErrorContext,
  entries: readonly GraphQLErrorEntry[],
): PrefectApiError {
  const text = texts(entries);
  const code = entries.find((entry) => entry.code !== undefined)?.code;
  if (isUnauthenticated(entries)) return refusedKey(context, text, { code });
  const transient = entries.some(
    (entry) => entry.code === 'API_ERROR' || entry.message.includes('API_ERROR'),
  );
  return apiError(context, text, { code, effect: 'unknown', transient });
}

function fromStatus(context: ApiErrorContext, error: ClientError, nowMs: number): PrefectApiError {
  const { status } = error.response;
  const entries = errorEntries(error);
  const text = texts(entries);
  const retryAfterMs = readRetryAfter(error, nowMs);
  if (status === 429) {
    const message = 'The API limits the rate of requests (HTTP 429).';
    return apiError(context, message, { status, effect: 'none', transient: true, retryAfterMs });
  }
  if (status >= 500) {
    const message = `The API failed with HTTP ${status}. ${text}`;
    return apiError(context, message, { status, effect: 'unknown', transient: true, retryAfterMs });
  }
  if (status === 401 || status === 403 || isUnauthenticated(entries)) {
    return refusedKey(context, `HTTP ${status}. ${text}`, { status });
  }
  const message = `The API refused the request with HTTP ${status}. ${text}`;
  return apiError(context, message, { status, effect: 'none', transient: false });
}

function fromConnection(context: ApiErrorContext, error: TypeError): PrefectApiError {
  // A key that no header can hold is quoted by what refuses it.
  const isClean = context.redact(String(error.stack)) === String(error.stack);
  const { code } = Object(error.cause) as Record<string, unknown>;
  const shown = typeof code === 'string' ? code : error.message;
  const effect = typeof code === 'string' && NEVER_SENT.has(code) ? 'none' : 'unknown';
  const text = `The API could not be reached: ${shown}.`;
  return apiError(context, text, { effect, transient: true, cause: isClean ? error : undefined });
}

function refusedKey(
  context: ApiErrorContext,
  text: string,
  answer: Pick<PrefectApiErrorOptions, 'status' | 'code'>,
): PrefectApiError {
  const message = `The API refused the key: ${text} Check PREFECT__CLOUD__API_KEY and the tenant.`;
  return apiError(context, message, { ...answer, effect: 'none', transient: false });
}

function isUnauthenticated(entries: readonly GraphQLErrorEntry[]): boolean {
  return entries.some(
    ({ code, message }) =>
      code === 'UNAUTHENTICATED' || /UNAUTHENTICATED|Malformed Authorization header/.test(message),
  );
}

function texts(entries: readonly GraphQLErrorEntry[]): string {
  return entries.map(({ message }) => message).join('; ');
}

/** Retry-After in seconds or as a date, RFC 9110 section 10.2.3. */
function readRetryAfter({ response }: ClientError, nowMs: number): number | undefined {
  const headers: unknown = response.headers;
  const value = headers instanceof Headers ? headers.get('retry-after') : null;
  if (value === null) return undefined;
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  const dateMs = Date.parse(value);
  return Number.isNaN(dateMs) ? undefined : Math.max(0, dateMs - nowMs);
}

function apiError(
  { operation, redact }: ApiErrorContext,
  text: string,
  options: PrefectApiErrorOptions,
): PrefectApiError {
  const message = redact(text).trim().slice(0, MAX_MESSAGE_LENGTH);
  return new PrefectApiError(`Prefect API, ${operation}: ${message}`, options);
}
