import { addAbortSignal, Readable } from 'node:stream';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { readCapped } from './read-capped.ts';

const TIMEOUT_MS = 10_000;

/** The text of the object that `s3://bucket/key` names, 1 MiB at most, within 10 seconds. */
export async function readS3(url: string, client = new S3Client()): Promise<string> {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/i.exec(url) ?? [];
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }), {
    abortSignal: signal,
  });
  if (!(Body instanceof Readable)) throw new TypeError('it has no content');
  // The SDK ends its watch when the answer begins; the content needs its own.
  return await readCapped(addAbortSignal(signal, Body));
}
