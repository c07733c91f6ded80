import { describeError } from '../describe-error.ts';
import { AgentError, FlowRunError } from '../errors.ts';
import { documentLocation } from './document-location.ts';
import { documentReaders } from './document-readers.ts';
import { loadDocument, type Document, type DocumentReaders } from './load-document.ts';
import { Mismatch } from './mismatch.ts';

/** What S3 or the object itself answers when the path is to blame; the last two: too large, not text. */
const FAULTS_OF_PATH: ReadonlySet<string> = new Set([
  'NoSuchKey',
  'NoSuchBucket',
  'InvalidBucketName',
  'KeyTooLongError',
  'RangeError',
  'TypeError',
]);

/** What is said of a web server that may have the document a little later. */
const NOT_NOW = /^HTTP (408|429|5\d\d)$|^TimeoutError:/;

/**
 * The task definition that a run config's `task_definition_path` names: a file, s3://bucket/key, or an https address.
 *
 * @throws FlowRunError when it is not there or is no mapping; AWS's own error when S3 did not give it, and AgentError
 * when a web server could not for now
 */
export async function readTaskDefinition(
  path: string,
  readers: DocumentReaders = documentReaders,
): Promise<Document> {
  const location = documentLocation(path);
  if (location === undefined) {
    throw new FlowRunError(
      `task_definition_path ${path}: expected the path of a file, s3://bucket/key or an https address`,
    );
  }
  try {
    return await loadDocument(location, readers);
  } catch (error) {
    if (!(error instanceof Mismatch)) throw error;
    const { cause } = error;
    if (location.kind === 's3' && cause instanceof Error && !FAULTS_OF_PATH.has(cause.name)) throw cause;
    const isForNow = location.kind === 'https' && NOT_NOW.test(describeError(cause));
    throw new (isForNow ? AgentError : FlowRunError)(`task_definition_path ${path}: ${error.message}`, {
      cause,
    });
  }
}
