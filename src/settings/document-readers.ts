import type { DocumentReaders } from './load-document.ts';
import { readFile } from './read-file.ts';

/** Reads documents from this machine and from S3, whose client is loaded when an object is named. */
export const documentReaders: DocumentReaders = {
  readFile,
  readS3: async (url) => {
    const { readS3 } = await import('./read-s3.ts');
    return readS3(url);
  },
};
