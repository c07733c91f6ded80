import { pythonRepr, type PythonValue } from '../python/python-repr.ts';

const SHOWN_LENGTH = 80;

/** Why a value does not fit its setting: what was expected, what came, what to do. One line, never a secret. */
export class Mismatch extends Error {
  override readonly name = 'Mismatch';
}

export function mismatch(expected: string, got: PythonValue, advice: string): Mismatch {
  return new Mismatch(`expected ${expected}, got ${shown(got)}. ${advice}`);
}

/** For values that may hold a secret. */
export function secretMismatch(expected: string, advice: string): Mismatch {
  return new Mismatch(`expected ${expected}, got something else, which is not shown. ${advice}`);
}

/** A value as Python writes it, cut when it is long. */
export function shown(value: PythonValue): string {
  const text = pythonRepr(value);
  return text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}... (${text.length} characters)` : text;
}
