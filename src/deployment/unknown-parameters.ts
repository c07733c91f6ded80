import { closest } from 'fastest-levenshtein';
import { SettingsError } from '../errors.ts';
import { ALL_KEYS } from '../settings/key-names.ts';
import type { SettingName } from '../settings/setting-value.ts';

/**
 * The Serverless Framework takes any parameter, and nobody would hear of a slip of the pen.
 * @param given as on the command line: `name=value`
 * @throws SettingsError that lists, one to a line, the parameters that are none
 */
export function rejectUnknownParameters(given: readonly string[], known: readonly string[]): void {
  const lines = unknownParameters(
    given.map((text) => text.replace(/=.*/s, '')),
    known,
  );
  if (lines.length > 0) throw new SettingsError(lines.join('\n'));
}

/** Keys in plain text, and the parameter that names a secret with one. */
const PLAIN_KEYS: ReadonlyMap<string, SettingName> = new Map(
  ALL_KEYS.flatMap(({ names, secret }) => names.map((name) => [name, secret] as const)),
);

/** A line for each name that is none of a parameter, which says what to do. */
export function unknownParameters(names: readonly string[], known: readonly string[]): readonly string[] {
  return names
    .filter((name) => !known.includes(name))
    .map((name) => {
      const secret = PLAIN_KEYS.get(name);
      return secret === undefined
        ? `${name}: expected a parameter of docs/deploy.md. Did you mean ${closest(name, known)}? Rename or remove it.`
        : `${name}: a key in plain text is no parameter. Remove it, and name a secret that holds it in ${secret}.`;
    });
}
