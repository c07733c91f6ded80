import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { isMap, isScalar, type Pair, parseDocument } from 'yaml';
import { SettingsError } from '../errors.ts';
import { knownParameters } from './known-parameters.ts';
import { unknownParameters } from './unknown-parameters.ts';

/** As the Serverless Framework wants it. A path would lead to another file. */
const STAGE = /^[a-z\d-]+$/i;

/** The file with the parameters of a stage, whether it is there or not. @throws SettingsError */
export function stageFile(stage: string, folder: string): string {
  if (STAGE.test(stage)) return join(folder, `${stage}.yml`);
  throw new SettingsError('--stage: expected letters, digits and hyphens, got something else. Correct it.');
}

/** The same, as people know it from where they are. @throws SettingsError */
export function shownStageFile(stage: string, folder: string): string {
  return relative('', stageFile(stage, folder));
}

/**
 * The parameters of a stage's file, by name, as text; those without a text are left out. Without the file there are
 * none.
 * @throws SettingsError that lists, one to a line, what is wrong with it, without a word of its values
 */
export async function readStageParameters(
  stage: string,
  folder: string,
): Promise<Readonly<Record<string, string>>> {
  const file = stageFile(stage, folder);
  const shown = shownStageFile(stage, folder);
  const pairs = readPairs(await readStageFile(file), shown);
  const names = pairs.map(({ name }) => name);
  const problems = [
    ...unknownParameters([...new Set(names)], await knownParameters()),
    ...names
      .filter((name, i) => names.indexOf(name) === i && names.lastIndexOf(name) > i)
      .map((name) => `${name}: expected it once, got it more than once. Remove the others.`),
    ...pairs
      .filter(({ value }) => value === undefined)
      .map(
        ({ name }) =>
          `${name}: expected a text, got a list or a map. Write lists with commas, and put JSON in quotes.`,
      ),
  ];
  if (problems.length > 0) throw new SettingsError(problems.map((line) => `${shown}: ${line}`).join('\n'));
  return Object.fromEntries(pairs.flatMap(({ name, value }) => (value ? [[name, value]] : [])));
}

/** The text of a stage's file; empty where it is not there. */
export async function readStageFile(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
}

interface NamedValue {
  readonly name: string;
  /** undefined: it is no text. */
  readonly value: string | undefined;
}

function readPairs(text: string, shown: string): readonly NamedValue[] {
  // All is text, as with --param: `yes` and 1e3 are no values of YAML.
  const { errors, contents } = parseDocument(text, { schema: 'failsafe', uniqueKeys: false });
  const [error] = errors;
  if (error !== undefined) {
    const [at] = error.linePos ?? [];
    const where = at === undefined ? '' : `, line ${at.line}, column ${at.col}`;
    throw new SettingsError(`${shown}${where}: expected YAML, got something else. Correct the file.`);
  }
  if (contents === null || (isScalar(contents) && !contents.value)) return [];
  if (isMap(contents)) return contents.items.map(namedValue);
  throw new SettingsError(
    `${shown}: expected lines of \`NAME: value\`, got something else. Correct the file.`,
  );
}

function namedValue({ key, value }: Pair): NamedValue {
  return { name: textOf(key) ?? 'a key that is no text', value: textOf(value) };
}

function textOf(node: unknown): string | undefined {
  if (node === null) return '';
  return isScalar<string>(node) ? node.value : undefined;
}
