import type { SettingsReader } from './settings-reader.ts';
import { settingsTable } from './settings-table.ts';

const AGENT = 'PREFECT__CLOUD__AGENT__';
const ECS = 'PREFECT__CLOUD__AGENT__ECS__';

/** Letters by which a likely typo differs at most. Prefect has other settings, which are none. */
const TYPO_DISTANCE = 2;

const KNOWN = Object.keys(settingsTable);

export interface UnknownName {
  readonly name: string;
  /** The known name that is nearest. */
  readonly nearest: string;
}

/** Rejects every name under the ECS agent's prefix that is no setting: only this agent reads those. */
export async function rejectUnknownEcsNames(reader: SettingsReader, env: NodeJS.ProcessEnv): Promise<void> {
  const names = unknownNames(env, ECS);
  for (const { name, nearest } of await withNearest(names)) {
    reader.reject(
      name,
      'environment',
      `expected the name of a setting. Did you mean ${nearest}? Rename or remove it.`,
    );
  }
}

/**
 * The names under the agent's prefix that look like a setting's with a slip of the pen.
 * No errors, for Prefect ignores what it does not know, but worth a warning.
 */
export async function likelyTypos(env: NodeJS.ProcessEnv): Promise<readonly UnknownName[]> {
  const names = unknownNames(env, AGENT).filter((name) => !name.startsWith(ECS));
  const found = await withNearest(names);
  return found
    .filter(({ distance }) => distance <= TYPO_DISTANCE)
    .map(({ name, nearest }) => ({ name, nearest }));
}

/** Adds the likely typos to an error that is thrown anyway. */
export async function noteLikelyTypos(reader: SettingsReader, env: NodeJS.ProcessEnv): Promise<void> {
  for (const { name, nearest } of await likelyTypos(env)) {
    reader.note(`${name} (environment) is ignored, for it is no setting. Did you mean ${nearest}?`);
  }
}

function unknownNames(env: NodeJS.ProcessEnv, prefix: string): string[] {
  return Object.keys(env).filter((name) => name.startsWith(prefix) && !Object.hasOwn(settingsTable, name));
}

async function withNearest(
  names: readonly string[],
): Promise<(UnknownName & { readonly distance: number })[]> {
  if (names.length === 0) return [];
  const { closest, distance } = await import('fastest-levenshtein');
  return names.map((name) => {
    const nearest = closest(name, KNOWN);
    return { name, nearest, distance: distance(name, nearest) };
  });
}
