import { closest } from 'fastest-levenshtein';
import { SettingsError } from '../src/errors.ts';

/**
 * The Serverless Framework takes any parameter, and nobody would hear of a slip of the pen.
 * @param given as on the command line: `name=value`
 * @throws SettingsError that lists, one to a line, the parameters that are none
 */
export function rejectUnknownParameters(given: readonly string[], known: readonly string[]): void {
  const unknown = given.map((text) => text.replace(/=.*/s, '')).filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  const lines = unknown.map(
    (name) =>
      `${name}: expected a parameter of docs/deploy.md. Did you mean ${closest(name, known)}? Rename or remove it.`,
  );
  throw new SettingsError(lines.join('\n'));
}
