import { settingsTable } from '../src/settings/settings-table.ts';
import { NOT_DEPLOYED } from './not-deployed.ts';
import { DEFAULTS, readParameters } from './parameters.ts';

/** The settings that are parameters of a deployment. */
export const DEPLOYED_SETTINGS = Object.keys(settingsTable).filter(
  (name) => !NOT_DEPLOYED.some((other) => other === name),
);

/** The names of all parameters. */
export async function knownParameters(): Promise<readonly string[]> {
  const checked = await readParameters(() => Promise.resolve(''));
  return [...DEPLOYED_SETTINGS, ...new Set([...Object.keys(checked), ...Object.keys(DEFAULTS)])];
}
