import { inspect } from 'node:util';
import { PrefectApiError, type PrefectApiErrorOptions } from '../errors.ts';

/** What an error of the API is about. */
export interface ApiErrorContext {
  readonly operation: string;
  /** Takes the key out of a text. */
  readonly redact: (text: string) => string;
}

/** Connection errors that come before anything was sent. */
const NEVER_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT']);

const MAX_MESSAGE_LENGTH = 500;

/** An error that names the operation. Of a longer text, the first 500 characters count. */
export function apiError(
  { operation, redact }: ApiErrorContext,
  text: string,
  options: PrefectApiErrorOptions,
): PrefectApiError {
  const message = redact(text).trim().slice(0, MAX_MESSAGE_LENGTH);
  return new PrefectApiError(`Prefect API, ${operation}: ${message}`, options);
}

/** What `fetch` throws when there is no connection, or it breaks. */
export function connectionError(context: ApiErrorContext, error: TypeError): PrefectApiError {
  // A key that no header can hold is quoted by what refuses it.
  const isClean = context.redact(inspect(error)) === inspect(error);
  const { code } = Object(error.cause) as Record<string, unknown>;
  const shown = typeof code === 'string' ? code : error.message;
  const effect = typeof code === 'string' && NEVER_SENT.has(code) ? 'none' : 'unknown';
  const text = `The API could not be reached: ${shown}.`;
  return apiError(context, text, { effect, transient: true, cause: isClean ? error : undefined });
}

/** An answer of 429: the API asks for fewer requests. */
export function tooManyRequests(context: ApiErrorContext, retryAfterMs: number | undefined): PrefectApiError {
  const message = 'The API limits the rate of requests (HTTP 429).';
  return apiError(context, message, { status: 429, effect: 'none', transient: true, retryAfterMs });
}

/** Retry-After in seconds or as a date, RFC 9110 section 10.2.3. In milliseconds. */
export function readRetryAfter(headers: unknown, nowMs: number): number | undefined {
  const value = headers instanceof Headers ? headers.get('retry-after') : null;
  if (value === null) return undefined;
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  const dateMs = Date.parse(value);
  return Number.isNaN(dateMs) ? undefined : Math.max(0, dateMs - nowMs);
}
