import { PrefectApiError } from './errors.ts';

/** The `code` of the error for an answer that is too large. */
export const TOO_LARGE = 'ANSWER_TOO_LARGE';

/**
 * `fetch` that reads no more of an answer than it can hold.
 * It throws PrefectApiError, with the code `TOO_LARGE`, when the body is larger than `maxBytes`.
 */
export function boundedFetch(send: typeof fetch, maxBytes: number): typeof fetch {
  return async (input, init) => bounded(await send(input, init), maxBytes);
}

async function bounded(response: Response, maxBytes: number): Promise<Response> {
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
  const body = bytes === 0 ? null : Buffer.concat(chunks);
  return new Response(body, { status: response.status, headers: response.headers });
}
