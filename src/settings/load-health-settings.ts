import { SettingsReader } from './settings-reader.ts';
import type { Settings } from './settings.ts';

/**
 * What the health check needs. It reads nothing else, so that it answers while other settings are wrong.
 *
 * @throws SettingsError
 */
export function loadHealthSettings(
  env: NodeJS.ProcessEnv,
): Pick<Settings, 'controlTable' | 'healthMaxAgeMs'> {
  const reader = new SettingsReader(env);
  const settings = readHealthSettings(reader);
  reader.throwIfWrong();
  return settings;
}

export function readHealthSettings(
  reader: SettingsReader,
): Pick<Settings, 'controlTable' | 'healthMaxAgeMs'> {
  return {
    controlTable: reader.read('PREFECT__CLOUD__AGENT__CONTROL_TABLE'),
    healthMaxAgeMs: reader.read('PREFECT__CLOUD__AGENT__HEALTH_MAX_AGE_SECONDS') * 1000,
  };
}
