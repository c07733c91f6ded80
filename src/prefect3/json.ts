import { isObject } from '../is-object.ts';

/** A JSON object. */
export type Json = Readonly<Record<string, unknown>>;

/** The object with each value changed, its order kept; a value that becomes undefined goes. */
export function mapValues(object: Json, change: (value: unknown, key: string) => unknown): Json {
  const changed = Object.entries(object).map(([key, value]) => [key, change(value, key)] as const);
  return Object.fromEntries(changed.filter(([, value]) => value !== undefined));
}

/** What Python takes for false: null, false, 0, and the empty text, list and object. */
export function isFalsy(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return isObject(value) ? Object.keys(value).length === 0 : !value;
}
