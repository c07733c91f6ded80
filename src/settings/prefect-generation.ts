import type { Generation } from './generation.ts';
import type { SettingName } from './setting-value.ts';
import type { SettingsReader } from './settings-reader.ts';

/** What only the Prefect 1 backend knows. */
const OF_PREFECT_1: readonly SettingName[] = [
  'PREFECT__BACKEND',
  'PREFECT__CLOUD__API',
  'PREFECT__CLOUD__ENDPOINT',
  'PREFECT__SERVER__HOST',
  'PREFECT__SERVER__PORT',
  'PREFECT__SERVER__ENDPOINT',
  'PREFECT__CLOUD__API_KEY',
  'PREFECT__CLOUD__AGENT__AUTH_TOKEN',
  'PREFECT__CLOUD__AUTH_TOKEN',
  'PREFECT__CLOUD__API_KEY_SECRET',
  'PREFECT__CLOUD__TENANT_ID',
  'PREFECT__CLOUD__AGENT__LABELS',
  'PREFECT__CLOUD__AGENT__AGENT_CONFIG_ID',
];

/**
 * Which Prefect the environment speaks of: 3 where it names its API or a work pool. Both must be named then, and
 * nothing of Prefect 1; what Prefect 1's own files hold does not count.
 */
export function prefectGeneration(reader: SettingsReader): Generation {
  const isSet = (name: SettingName) => reader.originOf(name) === 'environment';
  const named = (['PREFECT_API_URL', 'PREFECT_WORK_POOL'] as const).filter(isSet);
  const [first, second] = named;
  if (first === undefined) return 1;
  if (second === undefined) {
    const missing = first === 'PREFECT_API_URL' ? 'PREFECT_WORK_POOL' : 'PREFECT_API_URL';
    reader.reject(
      missing,
      'not set',
      `expected it beside ${first}, for an agent of Prefect 3 needs both. Set it, or remove ${first} for Prefect 1.`,
    );
  }
  const others = OF_PREFECT_1.filter(isSet);
  if (others.length > 0) {
    reader.note(
      `Expected one Prefect, got settings of Prefect 3 (${named.join(', ')}) and of Prefect 1 (${others.join(', ')}). ` +
        'Remove those of one of the two.',
    );
  }
  return 3;
}

/** Whether anything says which API of Prefect 1 is meant, where no key does: nobody has chosen a Prefect else. */
export function namesPrefect(reader: SettingsReader): boolean {
  const names = [
    'PREFECT__BACKEND',
    'PREFECT__CLOUD__API',
    'PREFECT__CLOUD__ENDPOINT',
    'PREFECT__CLOUD__TENANT_ID',
  ] as const;
  return names.some((name) => reader.originOf(name) !== 'default');
}
