import { SettingsError } from '../errors.ts';
import { loadSettings } from '../settings/load-settings.ts';
import { servedPrefect } from '../settings/prefect-names.ts';
import type { Settings } from '../settings/settings.ts';
import type { CliIo } from './cli-io.ts';
import { refuseUnreadFlags } from './refuse-unread-flags.ts';
import { type SettingsFlag, settingsFlags } from './settings-flags.ts';

/** What commander parsed, by the options' attribute names. */
export type FlagValues = Readonly<Record<string, unknown>>;

/**
 * The settings with the flags laid over the environment, so that both are read by the same rules.
 * @param load reads the settings
 * @throws SettingsError in which a flag's line names the flag; also for a flag that the Prefect in question would not read.
 */
export async function loadSettingsWithFlags(
  env: CliIo['env'],
  values: FlagValues,
  load: (env: CliIo['env']) => Promise<Settings> = loadSettings,
): Promise<Settings> {
  const named = settingsFlags.flatMap((flag) => {
    const value = values[flag.option.attributeName()];
    // Commander gives true for a --no-… that is not there.
    if (value === undefined || (flag.option.negate && value === true)) return [];
    return [{ ...flag, text: flag.encode([value].flat().map(String)) }];
  });
  const served = servedPrefect(
    (name) => Boolean(env[name]) || named.some(({ variable }) => variable === name),
  );
  const given = named.map((flag) => ({ ...flag, ...(served.generation === 3 && flag.ofPrefect3) }));
  refuseUnreadFlags(given, served);
  const cleared = given.flatMap(({ instead = [] }) => instead.map((name) => [name, undefined]));
  const laid = given.map(({ variable, text }) => [variable, text]);
  const overlay = Object.fromEntries([...cleared, ...laid]) as CliIo['env'];
  try {
    return await load({ ...env, ...overlay });
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
