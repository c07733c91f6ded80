const MAX_BYTES = 1024 * 1024;

/**
 * The text of a UTF-8 stream.
 *
 * @throws RangeError as soon as more than 1 MiB has come
 * @throws TypeError when it is not UTF-8
 */
export async function readCapped(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    bytes += chunk.byteLength;
    if (bytes > MAX_BYTES) throw new RangeError(`it is larger than ${MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
}
