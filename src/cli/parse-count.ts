import { InvalidArgumentError } from 'commander';

/** A whole number of 1 to 999,999,999, as an option's value. */
export function parseCount(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Expected a whole number of 1 or more.');
}
