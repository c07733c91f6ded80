import type { DocumentReaders } from './load-document.ts';
import { readFile } from './read-file.ts';
import { readHttps } from './read-https.ts';

/** Reads documents from this machine, from https addresses and from S3, whose client is loaded when an object is named. */
export const documentReaders: DocumentReaders = {
  readFile,
  readHttps,
  readS3: async (url) => {
    const { readS3 } = await import('./read-s3.ts');
    return readS3(url);
  },
};
