import { type Generation, GENERATIONS } from './generation.ts';
import { allKeyNames } from './key-names.ts';
import type { SettingName } from './setting-value.ts';

/** The settings by which an environment speaks of one Prefect. */
interface NamesOfPrefect {
  /** Any of them makes the agent serve this Prefect, which needs them all. None: it is served where no other is named. */
  readonly required: readonly SettingName[];
  /** What else points at an API of it, keys included. */
  readonly pointers: readonly SettingName[];
  /** What else only this one knows, and nobody sets for another. */
  readonly others: readonly SettingName[];
}

export const PREFECT_NAMES: Readonly<Record<Generation, NamesOfPrefect>> = {
  1: {
    required: [],
    pointers: [
      'PREFECT__BACKEND',
      'PREFECT__CLOUD__API',
      'PREFECT__CLOUD__ENDPOINT',
      'PREFECT__SERVER__HOST',
      'PREFECT__SERVER__PORT',
      'PREFECT__SERVER__ENDPOINT',
      ...allKeyNames(1),
    ],
    others: [
      'PREFECT__CLOUD__TENANT_ID',
      'PREFECT__CLOUD__AGENT__LABELS',
      'PREFECT__CLOUD__AGENT__AGENT_CONFIG_ID',
    ],
  },
  3: {
    required: ['PREFECT_API_URL', 'PREFECT_WORK_POOL'],
    pointers: allKeyNames(3),
    others: [],
  },
};

export interface ServedPrefect {
  readonly generation: Generation;
  /** The settings that say so; none: nothing speaks of another. */
  readonly named: readonly SettingName[];
}

/** Which Prefect an environment speaks of: the first that it names, and Prefect 1 where it names none. */
export function servedPrefect(isSet: (name: SettingName) => boolean): ServedPrefect {
  const found = GENERATIONS.map((generation) => ({
    generation,
    named: PREFECT_NAMES[generation].required.filter(isSet),
  }));
  return found.find(({ named }) => named.length > 0) ?? { generation: 1, named: [] };
}
