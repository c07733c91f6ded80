import { describeError } from '../describe-error.ts';
import type { DocumentLocation } from './document-location.ts';
import { Mismatch, secretMismatch } from './mismatch.ts';
import { isTable, type DocumentSource } from './structure-parsers.ts';

export type Document = Readonly<Record<string, unknown>>;

export interface DocumentReaders {
  /** Text of a file. */
  readonly readFile: (path: string) => Promise<string>;
  /** Text of the object that `s3://bucket/key` names. */
  readonly readS3: (url: string) => Promise<string>;
  /** Text at an https address. */
  readonly readHttps: (url: string) => Promise<string>;
}

/**
 * The JSON or YAML mapping that a setting holds or names.
 *
 * @throws Mismatch, without a word of the document: it may hold secrets
 */
export async function loadDocument(source: DocumentSource, readers: DocumentReaders): Promise<Document> {
  const content = await parse(source.kind === 'text' ? source.text : await fetchText(source, readers));
  if (!isTable(content)) throw secretMismatch('a JSON or YAML mapping', 'Correct the document.');
  return content;
}

async function fetchText(
  source: DocumentLocation,
  { readFile, readS3, readHttps }: DocumentReaders,
): Promise<string> {
  const place = source.kind === 'file' ? source.path : source.url;
  try {
    if (source.kind === 'file') return await readFile(source.path);
    return await (source.kind === 's3' ? readS3 : readHttps)(source.url);
  } catch (error) {
    throw new Mismatch(
      `expected a document at ${place}, which can't be read: ${describeError(error)}. ` +
        'Set the path of a file, s3://bucket/key, an https address, or the document itself.',
      { cause: error },
    );
  }
}

async function parse(text: string): Promise<unknown> {
  try {
    return JSON.parse(text);
  } catch {
    const { parseYaml, YAMLParseError } = await import('./parse-yaml.ts');
    try {
      return parseYaml(text);
    } catch (error) {
      const at = error instanceof YAMLParseError ? error.linePos?.[0] : undefined;
      const where = at === undefined ? '' : ` at line ${at.line}, column ${at.col}`;
      throw secretMismatch(`JSON or YAML${where}`, 'Correct the document.');
    }
  }
}
