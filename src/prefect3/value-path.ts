import { isObject } from '../is-object.ts';
import type { Json } from './json.ts';

/** `a.b[0]` as `['a', 'b', '0']`. */
export function keysOf(path: string): string[] {
  return path.replaceAll('[', '.').replaceAll(']', '').split('.');
}

/**
 * What is at a path such as `a.b[0]`; undefined: nothing. A number picks out of lists and texts, from their end
 * if it is negative, and never out of objects. As `get_from_dict` of Prefect 3.
 */
export function valueAt(document: unknown, path: string): unknown {
  return keysOf(path).reduce(valueOf, document);
}

function valueOf(value: unknown, key: string): unknown {
  const isIndex = /^[+-]?\d+$/.test(key);
  if (isObject(value)) return !isIndex && Object.hasOwn(value, key) ? value[key] : undefined;
  if (!isIndex) return undefined;
  if (typeof value === 'string') return Array.from(value).at(Number(key));
  return Array.isArray(value) ? (value as unknown[]).at(Number(key)) : undefined;
}

/** The document with a value at a path; what is missing on the way is made. As `set_in_dict` of Prefect 3. */
export function withValueAt(document: Json, [key = '', ...rest]: readonly string[], value: unknown): Json {
  if (rest.length === 0) return { ...document, [key]: value };
  const inner = Object.hasOwn(document, key) ? document[key] : undefined;
  return { ...document, [key]: withValueAt(isObject(inner) ? inner : {}, rest, value) };
}
