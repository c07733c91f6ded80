import { SettingsError } from '../errors.ts';
import { loadSettings } from '../settings/load-settings.ts';
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
  const signs = signsOfPrefect3(env, values);
  const given = settingsFlags.flatMap((flag) => {
    const value = values[flag.option.attributeName()];
    // Commander gives true for a --no-… that is not there.
    if (value === undefined || (flag.option.negate && value === true)) return [];
    const target = signs.length > 0 ? flag.ofPrefect3 : undefined;
    return [{ ...flag, ...target, text: flag.encode([value].flat().map(String)) }];
  });
  refuseUnreadFlags(given, signs);
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

/** What makes the settings those of Prefect 3, by the rule of `prefectGeneration`. */
function signsOfPrefect3(env: CliIo['env'], values: FlagValues): readonly string[] {
  const variables = ['PREFECT_WORK_POOL', 'PREFECT_API_URL'].filter((name) => Boolean(env[name]));
  return values['pool'] === undefined ? variables : ['--pool', ...variables];
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
