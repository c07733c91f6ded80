import { createHash } from 'node:crypto';
import { isObject } from '../is-object.ts';
import { withoutLastUsed } from './last-used.ts';
import type { TaskDefinitionContent } from '../tasks/task-request.ts';

/** What every family of ours begins with. Users and Prefect's own agent have families that begin so too. */
export const FAMILY_PREFIX = 'prefect-';

/** The families that `familyOf` makes, and no others: Prefect's own agent ends its names in a UUID. */
export const OUR_FAMILY = /^prefect-[0-9a-f]{40}$/;

/**
 * Lists that ECS reads as maps or sets, and the member that parts their entries: '' for the whole entry.
 * ECS refuses containers, volumes and tags of one name; of variables it takes the last one, so those of one
 * name keep their order. Containers are found by name and started by `dependsOn`, all of which must hold.
 * Any other list counts in its order, in doubt too: of `command` and `entryPoint` it is the meaning, of
 * `environmentFiles`, `extraHosts` and the DNS lists the first one wins, and mounts may lie in each other.
 * A definition too many costs one registration; two that are taken for one would run the wrong thing.
 */
const UNORDERED: Readonly<Record<string, string>> = {
  containerDefinitions: 'name',
  dependsOn: '',
  environment: 'name',
  requiresCompatibilities: '',
  secretOptions: 'name',
  secrets: 'name',
  tags: 'key',
  volumes: 'name',
};

/**
 * The name of a definition: the same for the same content, in whatever order its keys and unordered lists are,
 * whenever it was last used. A change of this function has every definition registered anew.
 */
export function familyOf(content: TaskDefinitionContent): string {
  const text = JSON.stringify(canonical(withoutLastUsed(content)));
  return FAMILY_PREFIX + createHash('sha256').update(text).digest('hex').slice(0, 40);
}

function canonical(value: unknown, name = ''): unknown {
  if (Array.isArray(value)) {
    const list = value.map((entry: unknown) => canonical(entry));
    const key = Object.hasOwn(UNORDERED, name) ? UNORDERED[name] : undefined;
    return key === undefined ? list : sortedBy(list, (entry) => textOf(entry, key));
  }
  if (!isObject(value)) return value;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(
    sortedBy(members, ([key]) => key).map(([key, member]) => [key, canonical(member, key)]),
  );
}

function textOf(entry: unknown, key: string): string {
  const value = key !== '' && isObject(entry) ? entry[key] : entry;
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}

/** By code units, for no machine's language may change a name. What is equal keeps its order. */
function sortedBy<T>(list: readonly T[], textOf: (entry: T) => string): T[] {
  const withText = list.map((entry) => ({ entry, text: textOf(entry) }));
  return withText.sort((a, b) => (a.text < b.text ? -1 : Number(a.text > b.text))).map(({ entry }) => entry);
}
