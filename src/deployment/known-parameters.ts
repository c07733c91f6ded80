import { ALL_KEYS } from '../settings/key-names.ts';
import type { SettingName } from '../settings/setting-value.ts';
import { settingsTable } from '../settings/settings-table.ts';
import { DEFAULTS, readParameters } from './parameters.ts';

/** Settings that are no parameters: a process's own address, Prefect's files, the key in plain text, our own names. */
const NOT_DEPLOYED: readonly SettingName[] = [
  ...ALL_KEYS.flatMap(({ names }) => names),
  'PREFECT__CLOUD__AGENT__AGENT_ADDRESS',
  'PREFECT__CLOUD__AGENT__CONTROL_TABLE',
  'PREFECT__CLOUD__AGENT__POLL_FUNCTION',
  'PREFECT__HOME_DIR',
  'PREFECT__USER_CONFIG_PATH',
  'PREFECT__BACKEND_CONFIG_PATH',
];

/** The settings that are parameters of a deployment. */
export const DEPLOYED_SETTINGS = Object.keys(settingsTable).filter(
  (name) => !NOT_DEPLOYED.some((other) => other === name),
);

/** The names of all parameters. */
export async function knownParameters(): Promise<readonly string[]> {
  const checked = await readParameters(() => Promise.resolve(''));
  return [...DEPLOYED_SETTINGS, ...new Set([...Object.keys(checked), ...Object.keys(DEFAULTS)])];
}
