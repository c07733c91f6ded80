import { PrefectApiError } from '../errors.ts';

/** Prefect keeps a state under 1 MB; a page of 25 runs with their states stays far below this. */
const MAX_BODY_BYTES = 32 * 1024 * 1024;

/**
 * `fetch` that reads no more of an answer than it can hold.
 * @throws PrefectApiError when the body is larger than 32 MiB.
 */
export const boundedFetch: typeof fetch = async (input, init) => {
  const response = await fetch(input, init);
  if (response.body === null) return response;
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  const stream: AsyncIterable<Uint8Array<ArrayBuffer>> = response.body;
  for await (const chunk of stream) {
    bytes += chunk.byteLength;
    if (bytes > MAX_BODY_BYTES) {
      const message = `Prefect API: expected an answer of at most ${MAX_BODY_BYTES} bytes, got more.`;
      throw new PrefectApiError(message, { effect: 'unknown', transient: false, status: response.status });
    }
    chunks.push(chunk);
  }
  // A 204 may not carry a body, not even an empty one.
  const body = bytes === 0 ? null : new Blob(chunks);
  return new Response(body, { status: response.status, headers: response.headers });
};
