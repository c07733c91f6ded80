import { createReadStream } from 'node:fs';
import { readCapped } from './read-capped.ts';

/** A file's text, 1 MiB at most. A relative path starts at the working directory: the package's root under Lambda. */
export async function readFile(path: string): Promise<string> {
  return await readCapped(createReadStream(path));
}
