import { PrefectApiError } from '../errors.ts';
import { withoutSecrets } from '../without-secrets.ts';

/** Prefect keeps a state under 1 MB; a page of 25 runs with their states stays far below this. */
const MAX_BODY_BYTES = 32 * 1024 * 1024;

/**
 * `fetch` that reads no more of an answer than it can hold, and nothing in it that repeats the request's key: runs and
 * messages go to logs, to tasks and to Prefect.
 * It throws PrefectApiError when the body is larger than 32 MiB.
 */
export function boundedFetch(send: typeof fetch): typeof fetch {
  return async (input, init) => {
    const key = new Headers(init?.headers).get('authorization')?.replace(/^Bearer /, '') ?? '';
    return bounded(await send(input, init), key);
  };
}

async function bounded(response: Response, key: string): Promise<Response> {
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
  const body = bytes === 0 ? null : withoutKey(Buffer.concat(chunks), key);
  return new Response(body, { status: response.status, headers: response.headers });
}

function withoutKey(body: Buffer<ArrayBuffer>, key: string): Buffer<ArrayBuffer> | string {
  return key !== '' && body.includes(key) ? withoutSecrets(body.toString(), [key]) : body;
}
