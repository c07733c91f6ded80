import type { Generation } from './generation.ts';
import type { SettingName } from './setting-value.ts';
import type { PrefectSettings } from './settings.ts';

interface NamesOfKey {
  /** The settings that hold the key itself, by precedence. */
  readonly names: readonly [SettingName, ...SettingName[]];
  /** The one that names a secret which holds it. */
  readonly secret: SettingName;
}

/** The settings of each key that each Prefect takes. */
export const KEY_NAMES = {
  1: {
    key: {
      // Prefect's name, then its older ones.
      names: ['PREFECT__CLOUD__API_KEY', 'PREFECT__CLOUD__AGENT__AUTH_TOKEN', 'PREFECT__CLOUD__AUTH_TOKEN'],
      secret: 'PREFECT__CLOUD__API_KEY_SECRET',
    },
  },
  3: {
    key: { names: ['PREFECT_API_KEY'], secret: 'PREFECT_API_KEY_SECRET' },
    'auth-string': { names: ['PREFECT_API_AUTH_STRING'], secret: 'PREFECT_API_AUTH_STRING_SECRET' },
  },
} as const satisfies Readonly<Record<Generation, Readonly<Record<string, NamesOfKey>>>>;

type OneOf<T> = T[keyof T];
type Key = { readonly [G in Generation]: OneOf<(typeof KEY_NAMES)[G]> }[Generation];

/** The settings of one key. */
export interface KeyNames {
  readonly names: readonly [Key['names'][number], ...Key['names'][number][]];
  readonly secret: Key['secret'];
}

/** The settings of every key of every Prefect. */
export const ALL_KEYS: readonly KeyNames[] = Object.values<Readonly<Record<string, KeyNames>>>(
  KEY_NAMES,
).flatMap((kinds) => Object.values(kinds));

/** The settings of the key that these settings have, or could have. */
export function keyNames(prefect: PrefectSettings): KeyNames {
  switch (prefect.generation) {
    case 1:
      return KEY_NAMES[1].key;
    case 3:
      return KEY_NAMES[3][prefect.keyKind];
  }
}

/** The settings of all keys of a Prefect. */
export function allKeyNames(generation: Generation): readonly SettingName[] {
  return Object.values<KeyNames>(KEY_NAMES[generation]).flatMap(({ names, secret }) => [...names, secret]);
}
