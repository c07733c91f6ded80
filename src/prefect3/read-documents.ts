import { allDone } from './all-done.ts';
import { FlowRunError } from '../errors.ts';
import type { PrefectDocuments } from './documents.ts';
import { isObject } from '../is-object.ts';
import type { Json } from './json.ts';
import { placeholdersIn } from './placeholders.ts';

/** How many blocks and how many variables one job may refer to. */
const MAX_DOCUMENTS = 100;

/** Blocks by `<id>` and by `<type slug>.<name>`. */
export type Blocks = ReadonlyMap<string, Json | undefined>;

/** Variables by name. */
export type Variables = ReadonlyMap<string, unknown>;

/** The blocks that a document refers to, each read once. @throws FlowRunError when there are too many. */
export async function readBlocks(
  document: unknown,
  documents: PrefectDocuments,
  signal: AbortSignal,
): Promise<Blocks> {
  const named = placeholdersIn(document).filter(({ kind }) => kind === 'block');
  const byName = named.map(({ name }) => blockName(name)).filter((name) => name !== undefined);
  const ids = referencedIds(document);
  const reads = new Map([
    ...ids.map((id) => [id, () => documents.blockById(id, signal)] as const),
    ...byName.map(
      ({ slug, name }) => [`${slug}.${name}`, () => documents.blockByName(slug, name, signal)] as const,
    ),
  ]);
  return readAll(reads, 'blocks');
}

/** The variables that a document refers to, each read once. @throws FlowRunError when there are too many. */
export async function readVariables(
  document: unknown,
  documents: PrefectDocuments,
  signal: AbortSignal,
): Promise<Variables> {
  const named = placeholdersIn(document).filter(({ kind }) => kind === 'variable');
  const reads = named.map(({ name }) => [name, () => documents.variable(name, signal)] as const);
  return readAll(new Map(reads), 'variables');
}

/** The block of a placeholder `<type slug>.<name>[.<path>]`; undefined: it names none. */
export function blockName(
  placeholder: string,
): { readonly slug: string; readonly name: string; readonly path: string | undefined } | undefined {
  const [slug, name, ...path] = placeholder.split('.');
  if (slug === undefined || name === undefined) return undefined;
  return { slug, name, path: path.length === 0 ? undefined : path.join('.') };
}

/** The id of `{"$ref": {"block_document_id": id}}`. */
export function referencedId({ $ref: reference }: Json): string | undefined {
  const id = isObject(reference) ? reference['block_document_id'] : undefined;
  return typeof id === 'string' && id !== '' ? id : undefined;
}

/** Whether anything in a document stands for a block. */
export function refersToBlock(document: unknown): boolean {
  return placeholdersIn(document).some(({ kind }) => kind === 'block') || referencedIds(document).length > 0;
}

function referencedIds(document: unknown): readonly string[] {
  if (typeof document !== 'object' || document === null) return [];
  const id = isObject(document) ? referencedId(document) : undefined;
  return id === undefined ? Object.values(document).flatMap(referencedIds) : [id];
}

async function readAll<T>(
  reads: ReadonlyMap<string, () => Promise<T>>,
  what: string,
): Promise<ReadonlyMap<string, T>> {
  if (reads.size > MAX_DOCUMENTS) {
    throw new FlowRunError(`Expected at most ${MAX_DOCUMENTS} ${what} in a job, got ${reads.size}.`);
  }
  const entries = Array.from(reads, async ([key, read]) => [key, await read()] as const);
  return new Map(await allDone(entries));
}
