import { isList, type PythonValue } from '../python/python-repr.ts';
import { describeError } from '../describe-error.ts';
import { Mismatch } from './mismatch.ts';
import type { Source } from './source.ts';
import { isTable } from './structure-parsers.ts';

export type ReadFile = (path: string) => Promise<string>;

const ABSENT: ReadonlySet<unknown> = new Set(['ENOENT', 'ENOTDIR', 'EISDIR']);

/**
 * The content of a TOML file; undefined when there is none.
 *
 * @throws Mismatch when it can't be read, without a word of its text: auth.toml holds keys
 */
export async function readToml(path: string, readFile: ReadFile): Promise<PythonValue | undefined> {
  const [{ parse, TomlError }, text] = await Promise.all([
    import('smol-toml'),
    readIfPresent(path, readFile),
  ]);
  if (text === undefined) return undefined;
  try {
    return parse(text, { integersAsBigInt: true }) as PythonValue;
  } catch (error) {
    const where = error instanceof TomlError ? ` at line ${error.line}, column ${error.column}` : '';
    throw new Mismatch(`expected TOML, got something else${where} of ${path}. Correct the file.`);
  }
}

async function readIfPresent(path: string, readFile: ReadFile): Promise<string | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && ABSENT.has(error.code)) return undefined;
    throw new Mismatch(`${path} can't be read: ${describeError(error)}. Make it readable.`, { cause: error });
  }
}

/** Finds `PREFECT__SECTION__KEY` as `key` under `[section]`. */
export function tomlSource(origin: string, content: PythonValue): Source {
  return {
    origin,
    get: (name) => {
      const path = name
        .replace(/^PREFECT__/, '')
        .toLowerCase()
        .split('__');
      return path.reduce<PythonValue | undefined>(lookUp, content);
    },
  };
}

/** The value under a table's own key. */
export function lookUp(value: PythonValue | undefined, key: string): PythonValue | undefined {
  if (!isTable(value) || isList(value) || !Object.hasOwn(value, key)) return undefined;
  return value[key];
}
