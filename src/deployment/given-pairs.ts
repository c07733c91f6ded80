import { SettingsError } from '../errors.ts';
import { rejectUnknownParameters } from './unknown-parameters.ts';

/**
 * The parameters of a command line, without those that are empty: they count as not set, and the Serverless
 * Framework takes none.
 * @param given as on the command line: `name=value`
 * @throws SettingsError that names the parameter, and never a text that may be a secret
 */
export function givenPairs(given: readonly string[], known: readonly string[]): readonly string[] {
  for (const text of given) {
    if (/^[^=]+=/.test(text)) continue;
    const isName = known.includes(text);
    const got = text.startsWith('=') ? 'one without a name' : 'a text without a `=`';
    throw new SettingsError(
      isName
        ? `--param ${text}: expected ${text}=value, got the name alone. Add the value.`
        : `--param: expected NAME=value, got ${got}. Correct it.`,
    );
  }
  rejectUnknownParameters(given, known);
  return given.filter((text) => !/^[^=]+=$/.test(text));
}
