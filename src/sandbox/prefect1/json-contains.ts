import { isDeepStrictEqual } from 'node:util';

/** PostgreSQL's `outer @> inner`: each key and element of `inner`, at its own level, is found in `outer`. */
export function jsonContains(outer: unknown, inner: unknown): boolean {
  // PostgreSQL's one exception: an array contains a bare scalar, but only at the top.
  if (Array.isArray(outer) && !isContainer(inner)) return outer.includes(inner);
  return contains(outer, inner);
}

function contains(outer: unknown, inner: unknown): boolean {
  if (!isContainer(outer) || !isContainer(inner) || Array.isArray(outer) !== Array.isArray(inner)) {
    return isDeepStrictEqual(outer, inner);
  }
  if (Array.isArray(outer)) {
    return Object.values(inner).every((wanted) => outer.some((item) => contains(item, wanted)));
  }
  return Object.entries(inner).every(
    ([key, value]) => Object.hasOwn(outer, key) && contains(outer[key as keyof typeof outer], value),
  );
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
