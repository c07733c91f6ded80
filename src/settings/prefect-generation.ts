import { type Generation, GENERATIONS } from './generation.ts';
import { PREFECT_NAMES, servedPrefect } from './prefect-names.ts';
import type { SettingName } from './setting-value.ts';
import type { SettingsReader } from './settings-reader.ts';

/**
 * Which Prefect the environment speaks of, see `servedPrefect`. Everything that this one needs must be named then, and
 * nothing of another; what Prefect 1's own files hold does not count.
 */
export function prefectGeneration(reader: SettingsReader): Generation {
  const isSet = (name: SettingName) => reader.originOf(name) === 'environment';
  const { generation, named } = servedPrefect(isSet);
  if (named.length === 0) return generation;
  const those = named.join(', ');
  for (const missing of PREFECT_NAMES[generation].required.filter((name) => !isSet(name))) {
    reader.reject(
      missing,
      'not set',
      `expected it beside ${those}, for an agent of Prefect ${generation} needs it too. ` +
        `Set it, or remove ${those} for Prefect 1.`,
    );
  }
  for (const other of GENERATIONS.filter((one) => one !== generation)) {
    const others = ofPrefect(other).filter(isSet);
    if (others.length === 0) continue;
    reader.note(
      `Expected one Prefect, got settings of Prefect ${generation} (${those}) and of Prefect ${other} ` +
        `(${others.join(', ')}). Remove those of one of the two.`,
    );
  }
  return generation;
}

function ofPrefect(generation: Generation): readonly SettingName[] {
  const { required, pointers, others } = PREFECT_NAMES[generation];
  return [...required, ...pointers, ...others];
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
