import type { PythonValue } from '../python/python-repr.ts';
import { Secret } from '../secret.ts';
import { mismatch, secretMismatch } from './mismatch.ts';
import { parsePythonLiteral } from './python-literal.ts';
import type { Expand, Parser } from './setting.ts';

/** Text without the quotes that Prefect takes off; undefined when it is empty or Python's None. */
export function text(value: PythonValue, expand: Expand): string | undefined {
  if (value === null) return undefined;
  if (typeof value === 'bigint' || typeof value === 'number') return String(value);
  if (typeof value !== 'string') throw secretMismatch('text', 'Set it to text in quotes.');
  const found = unquote(expand(value).trim());
  return found === '' || found === 'None' ? undefined : found;
}

function unquote(raw: string): string {
  if (!/^u?['"]/i.test(raw)) return raw;
  try {
    const value = parsePythonLiteral(raw);
    return typeof value === 'string' ? value : raw;
  } catch {
    return raw;
  }
}

/** Wrapped before anything else sees it. */
export const secret: Parser<Secret> = (value, expand) => {
  const found = text(value, expand);
  return found === undefined ? undefined : new Secret(found);
};

/** Text that `pattern` knows. */
export function textLike(pattern: RegExp, expected: string, advice: string): Parser<string> {
  return (value, expand) => {
    const found = text(value, expand);
    if (found !== undefined && !pattern.test(found)) throw mismatch(expected, value, advice);
    return found;
  };
}

/** Like `textLike`, for a place into which people put a secret by mistake. */
export function hiddenTextLike(pattern: RegExp, expected: string, advice: string): Parser<string> {
  return (value, expand) => {
    const found = text(value, expand);
    if (found !== undefined && !pattern.test(found)) throw secretMismatch(expected, advice);
    return found;
  };
}

/** One of some words, in any case. */
export function oneOf<const T extends string>(words: readonly T[]): Parser<T> {
  const listed = `${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`;
  return (value, expand) => {
    const found = text(value, expand)?.toLowerCase();
    const word = words.find((candidate) => candidate.toLowerCase() === found);
    if (found !== undefined && word === undefined) throw mismatch(listed, value, 'Set one of these.');
    return word;
  };
}

const FLAGS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
]);

export const flag: Parser<boolean> = (value, expand) => {
  if (typeof value === 'boolean') return value;
  const found = text(value, expand)?.toLowerCase();
  const known = FLAGS.get(found ?? '');
  if (found !== undefined && known === undefined) throw mismatch('true or false', value, 'Set one of these.');
  return known;
};

/** A whole number of 0 or more. */
export const count: Parser<number> = (value, expand) => {
  const found = text(value, expand);
  if (found === undefined) return undefined;
  if (/^\d+$/.test(found) && Number.isSafeInteger(Number(found))) return Number(found);
  throw mismatch('a whole number of 0 or more', value, 'Set such a number, or remove the setting.');
};

/** A whole number of 1 or more. */
export const atLeastOne: Parser<number> = (value, expand) => {
  const found = count(value, expand);
  if (found !== 0) return found;
  throw mismatch('a whole number of 1 or more', value, 'Set such a number, or remove the setting.');
};

/** A number of more than 0. */
export const positiveNumber: Parser<number> = (value, expand) => {
  const found = text(value, expand);
  if (found === undefined) return undefined;
  if (/^\d*\.?\d+$/.test(found) && Number(found) > 0) return Number(found);
  throw mismatch('a number of more than 0', value, 'Set such a number, or remove the setting.');
};

/** A number from `min` to `max`. */
export function numberBetween(min: number, max: number): Parser<number> {
  return (value, expand) => {
    const found = text(value, expand);
    if (found === undefined) return undefined;
    const number = /^\d*\.?\d+$/.test(found) ? Number(found) : NaN;
    if (number >= min && number <= max) return number;
    throw mismatch(`a number from ${min} to ${max}`, value, 'Set such a number, or remove the setting.');
  };
}
