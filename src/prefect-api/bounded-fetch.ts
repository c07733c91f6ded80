import { PrefectApiError } from '../errors.ts';
import { withoutSecrets } from '../without-secrets.ts';

/** The `code` of the error for an answer that is too large. */
export const TOO_LARGE = 'ANSWER_TOO_LARGE';

/**
 * `fetch` that reads no more of an answer than it can hold, and nothing in it that repeats the request's key: runs and
 * messages go to logs, to tasks and to Prefect.
 * It throws PrefectApiError, with the code `TOO_LARGE`, when the body is larger than `maxBytes`.
 */
export function boundedFetch(send: typeof fetch, maxBytes: number): typeof fetch {
  return async (input, init) => {
    const key = keyIn(new Headers(init?.headers).get('authorization') ?? '');
    return bounded(await send(input, init), key, maxBytes);
  };
}

/** What an `Authorization` header shows: a bearer's token, or the text of basic authentication. */
function keyIn(authorization: string): string {
  const [scheme, text = ''] = authorization.split(' ');
  return scheme === 'Basic' ? Buffer.from(text, 'base64').toString() : text;
}

async function bounded(response: Response, key: string, maxBytes: number): Promise<Response> {
  if (response.body === null) return response;
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  const stream: AsyncIterable<Uint8Array<ArrayBuffer>> = response.body;
  for await (const chunk of stream) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) {
      const message = `Prefect API: expected an answer of at most ${maxBytes} bytes, got more.`;
      const { status } = response;
      throw new PrefectApiError(message, { effect: 'unknown', transient: false, status, code: TOO_LARGE });
    }
    chunks.push(chunk);
  }
  // A 204 may not carry a body, not even an empty one.
  const body = bytes === 0 ? null : withoutKey(Buffer.concat(chunks), key);
  return new Response(body, { status: response.status, headers: response.headers });
}

function withoutKey(body: Buffer<ArrayBuffer>, key: string): Buffer<ArrayBuffer> | string {
  return key !== '' && body.includes(key) ? withoutSecrets(body.toString(), [key]) : body;
}
