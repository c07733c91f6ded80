import * as z from 'zod/mini';
import { apiError, type ApiErrorContext, readRetryAfter, tooManyRequests } from '../prefect-api/api-error.ts';
import { PrefectApiError, type PrefectApiErrorOptions } from '../errors.ts';

/** The two forms in which the API says what is wrong. Never what it says of the request, which it repeats. */
const problem = z.object({
  detail: z.optional(z.union([z.string(), z.array(z.object({ msg: z.string() }))])),
  exception_message: z.optional(z.string()),
  exception_detail: z.optional(z.array(z.object({ msg: z.string() }))),
});

/** Where an answer came from. */
export interface AnswerContext extends ApiErrorContext {
  readonly url: URL;
  readonly nowMs: number;
}

/** What a server says of a path that it does not know at all. What Prefect does not find, it names. */
const NO_SUCH_PATH = 'Not Found';

/** There is no such path at the address: the API is elsewhere, or has no such part. */
export class NoSuchPathError extends PrefectApiError {}

/** What the API says is wrong; empty: nothing that can be read. */
export function problemText(body: string): string {
  const { data = {} } = problem.safeParse(parseJson(body));
  const { detail, exception_message: message, exception_detail: details = [] } = data;
  const texts = typeof detail === 'string' ? [detail] : (detail ?? details).map(({ msg }) => msg);
  return [message, ...texts].filter((text) => text !== undefined).join(' ');
}

/** The JSON of an answer; undefined: it has none. @throws PrefectApiError for an answer that is none of Prefect's. */
export function readAnswer(context: AnswerContext, response: Response, body: string): unknown {
  const parsed = parseJson(body);
  // A balancer's 404 while it has nothing to send requests to: it does not say that there is no such thing.
  if (response.status === 404 && parsed === undefined) throw notJson(context, response, { effect: 'none' });
  if (!response.ok) throw fromStatus(context, response, body);
  if (body === '' || parsed !== undefined) return parsed;
  throw notJson(context, response, { effect: 'unknown', status: response.status });
}

function notJson(
  context: AnswerContext,
  { headers }: Response,
  answer: Pick<PrefectApiErrorOptions, 'effect' | 'status'>,
): PrefectApiError {
  const type = headers.get('content-type') ?? 'something without a content type';
  const text = `Expected JSON from ${context.url.origin}, got ${type}. Is PREFECT_API_URL the address of the API, and not behind a login?`;
  return apiError(context, text, { ...answer, transient: true });
}

function fromStatus(context: AnswerContext, response: Response, body: string): PrefectApiError {
  const { status, headers } = response;
  const { url, nowMs } = context;
  const text = problemText(body);
  const retryAfterMs = readRetryAfter(headers, nowMs);
  if (status === 429) return tooManyRequests(context, retryAfterMs);
  // 503 is what a server on SQLite answers while another writes.
  if (status === 408 || status >= 500) {
    const message = `The API failed with HTTP ${status}. ${text}`;
    return apiError(context, message, { status, effect: 'unknown', transient: true, retryAfterMs });
  }
  const answer = { status, effect: 'none', transient: false } as const;
  if (status < 400) {
    const target = URL.parse(headers.get('location') ?? '', url.href)?.origin ?? 'nowhere';
    return apiError(
      context,
      `Expected an answer from ${url.origin}, was sent on to ${target}. Set PREFECT_API_URL to the address of the API itself.`,
      answer,
    );
  }
  if (status === 401) {
    const message = `The API refused the key: HTTP 401. ${text} Check PREFECT_API_KEY or PREFECT_API_AUTH_STRING.`;
    return apiError(context, message, answer);
  }
  if (status === 403) {
    const message = `The API forbids it: HTTP 403. ${text} See what the key may do, and what stands before the API.`;
    return apiError(context, message, answer);
  }
  if (status === 404 && text === NO_SUCH_PATH) {
    const { message } = apiError(
      context,
      `There is no such path at ${url.origin}: HTTP 404. Is PREFECT_API_URL the address of the API? ` +
        'The address of a self-hosted server ends in /api.',
      answer,
    );
    return new NoSuchPathError(message, answer);
  }
  return apiError(context, `The API refused the request with HTTP ${status}. ${text}`, answer);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
