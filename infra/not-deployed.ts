import type { SettingName } from '../src/settings/setting-value.ts';

/** Settings that are no parameters: a process's own address, Prefect's files, the key in plain text, our own names. */
export const NOT_DEPLOYED: readonly SettingName[] = [
  'PREFECT__CLOUD__API_KEY',
  'PREFECT__CLOUD__AGENT__AUTH_TOKEN',
  'PREFECT__CLOUD__AUTH_TOKEN',
  'PREFECT__CLOUD__AGENT__AGENT_ADDRESS',
  'PREFECT__CLOUD__AGENT__CONTROL_TABLE',
  'PREFECT__CLOUD__AGENT__POLL_FUNCTION',
  'PREFECT_API_KEY',
  'PREFECT_API_AUTH_STRING',
  'PREFECT__HOME_DIR',
  'PREFECT__USER_CONFIG_PATH',
  'PREFECT__BACKEND_CONFIG_PATH',
];
