import { pythonRepr, type PythonValue } from './python-repr.ts';

/** A JSON value as Python's `str()` writes it. A number without a fraction is an `int`: JSON.parse tells no more. */
export function pythonStr(value: unknown): string {
  return typeof value === 'string' ? value : pythonRepr(toPython(value));
}

function toPython(value: unknown): PythonValue {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (Array.isArray(value)) return value.map(toPython);
  if (typeof value !== 'object' || value === null) return null;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toPython(item)]));
}
