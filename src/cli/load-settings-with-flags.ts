import { SettingsError } from '../errors.ts';
import { loadSettings } from '../settings/load-settings.ts';
import type { Settings } from '../settings/settings.ts';
import type { CliIo } from './cli-io.ts';
import { type SettingsFlag, settingsFlags } from './settings-flags.ts';

/** What commander parsed, by the options' attribute names. */
export type FlagValues = Readonly<Record<string, unknown>>;

/**
 * The settings with the flags laid over the environment, so that both are read by the same rules.
 * @throws SettingsError in which a flag's line names the flag.
 */
export async function loadSettingsWithFlags(env: CliIo['env'], values: FlagValues): Promise<Settings> {
  const isPrefect3 =
    values['pool'] !== undefined || Boolean(env['PREFECT_WORK_POOL'] ?? env['PREFECT_API_URL']);
  const given = settingsFlags.flatMap((flag) => {
    const value = values[flag.option.attributeName()];
    // Commander gives true for a --no-… that is not there.
    if (value === undefined || (flag.option.negate && value === true)) return [];
    const target = isPrefect3 ? flag.ofPrefect3 : undefined;
    return [{ ...flag, ...target, text: flag.encode([value].flat().map(String)) }];
  });
  const cleared = given.flatMap(({ instead = [] }) => instead.map((name) => [name, undefined]));
  const laid = given.map(({ variable, text }) => [variable, text]);
  const overlay = Object.fromEntries([...cleared, ...laid]) as CliIo['env'];
  try {
    return await loadSettings({ ...env, ...overlay });
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    throw new SettingsError(withFlagNames(error.message, given), { cause: error.cause });
  }
}

function withFlagNames(message: string, given: readonly SettingsFlag[]): string {
  return given.reduce(
    (text, { option, variable }) =>
      text.replaceAll(
        new RegExp(`^${variable} \\(environment\\):`, 'gm'),
        `${option.long ?? ''} (${variable}):`,
      ),
    message,
  );
}
