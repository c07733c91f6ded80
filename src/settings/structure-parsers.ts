import { isList, pythonRepr, type PythonValue } from '../python/python-repr.ts';
import { documentLocation, type DocumentLocation } from './document-location.ts';
import { Mismatch, mismatch, secretMismatch } from './mismatch.ts';
import { MAX_DEPTH, parsePythonLiteral } from './python-literal.ts';
import type { Parser } from './setting.ts';
import { text } from './text-parsers.ts';

type Table = Readonly<Record<string, PythonValue>>;

export function isTable(value: unknown): value is Table {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    // A TOML date is an object too.
    [Object.prototype, null].includes(Object.getPrototypeOf(value) as object | null)
  );
}

/** A Python literal as Prefect reads it, or JSON. */
function readLiteral(literal: string): PythonValue {
  try {
    return parsePythonLiteral(literal);
  } catch (error) {
    try {
      return pythonized(JSON.parse(literal));
    } catch {
      throw new Mismatch(
        `expected a Python literal or JSON: ${error instanceof Error ? error.message : String(error)}. Correct the text.`,
      );
    }
  }
}

/** Parsed JSON with Python's view of numbers: 1 is an int. @throws RangeError when it is nested too deeply. */
function pythonized(value: unknown, depth = 0): PythonValue {
  if (depth > MAX_DEPTH) throw new RangeError(`more than ${MAX_DEPTH} levels`);
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return value.map((item) => pythonized(item, depth + 1));
  if (typeof value !== 'object' || value === null) return value as PythonValue;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, pythonized(item, depth + 1)]));
}

/** Texts, written as a list, a tuple, or separated by commas. */
export function listOf(pattern: RegExp, expected: string): Parser<readonly string[]> {
  return (value, expand) => {
    const items = listItems(typeof value === 'string' ? expand(value).trim() : value);
    const bad = items?.find((item) => typeof item !== 'string' || !pattern.test(item));
    if (bad !== undefined) throw mismatch(expected, bad, "Write them as a,b or as ['a', 'b'].");
    return items as readonly string[] | undefined;
  };
}

function listItems(value: PythonValue): readonly PythonValue[] | undefined {
  if (value === null || value === '' || value === 'None') return undefined;
  if (typeof value !== 'string') return asList(value);
  if (/^u?['"[({]/i.test(value)) return asList(readLiteral(value));
  return value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

function asList(value: PythonValue): readonly PythonValue[] {
  return isList(value) ? value : [value];
}

const MAP_ADVICE = "Write {'NAME': 'value'}.";

/** Names and texts. Numbers and booleans become what Python's `str()` makes of them. */
export const textMap: Parser<Readonly<Record<string, string>>> = (value, expand) => {
  let found = value;
  if (typeof value === 'string') {
    const literal = text(value, expand);
    if (literal === undefined) return undefined;
    if (!literal.startsWith('{')) throw secretMismatch('a map', MAP_ADVICE);
    found = readLiteral(literal);
  }
  if (found === null) return undefined;
  if (!isTable(found)) throw secretMismatch('a map', MAP_ADVICE);
  return Object.fromEntries(Object.entries(found).map(([key, item]) => [key, textOf(key, item)]));
};

function textOf(key: string, item: PythonValue): string {
  if (typeof item === 'string') return item;
  if (['boolean', 'number', 'bigint'].includes(typeof item)) return pythonRepr(item);
  const got = item === null ? 'None' : 'a list or a map';
  throw new Mismatch(`expected text for ${key}, got ${got}. Set it to text, or leave ${key} out.`);
}

/** A document's text, or where it is. */
export type DocumentSource = { readonly kind: 'text'; readonly text: string } | DocumentLocation;

const DOCUMENT = 'a JSON or YAML mapping, the path of a file, s3://bucket/key, or an https address';

/** What a mapping begins with; everything else is a path. Nothing in a document is replaced. */
const INLINE = /^\s*[{#]|\n|^\s*['"]?[\w-]+['"]?:\s/;

export const documentSource: Parser<DocumentSource> = (value, expand) => {
  if (typeof value !== 'string' && value !== null) throw secretMismatch(DOCUMENT, 'Set one of these.');
  if (value !== null && INLINE.test(value.trim())) return { kind: 'text', text: value };
  const location = text(value, expand);
  if (location === undefined) return undefined;
  const source = documentLocation(location);
  if (source === undefined) throw mismatch(DOCUMENT, value, 'Set one of these.');
  return source;
};
