import { ClientError } from 'graphql-request';
import {
  apiError,
  type ApiErrorContext,
  connectionError,
  readRetryAfter,
  tooManyRequests,
} from '../prefect-api/api-error.ts';
import { PrefectApiError, type PrefectApiErrorOptions } from '../errors.ts';

/** One entry of a GraphQL answer's `errors`. */
export interface GraphQLErrorEntry {
  readonly message: string;
  readonly code: string | undefined;
  /** The first element of `path`: the alias of the field that failed. */
  readonly alias: string | undefined;
}

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
  if (error instanceof TypeError) return connectionError(context, error);
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
  const retryAfterMs = readRetryAfter(error.response.headers, nowMs);
  if (status === 429) return tooManyRequests(context, retryAfterMs);
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
