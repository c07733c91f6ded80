import { mergeByName, readContainers } from './containers.ts';

interface Part {
  readonly path: string;
  readonly value: unknown;
}

/**
 * What takes the most room in overrides or a task definition, for people: the member's path and its length as
 * JSON, and in an environment the longest variable. Never a value.
 */
export function largestPart(document: object, list: 'containerOverrides' | 'containerDefinitions'): string {
  const members = parts('', document).filter(({ path }) => path !== list);
  const containers = readContainers((document as Record<string, unknown>)[list], list).flatMap(
    ({ name, ...container }) => parts(`${list}.${String(name)}.`, container),
  );
  const [path, length, value] = longest([...members, ...containers]);
  if (!path.endsWith('.environment')) return `${path} (${length})`;
  const [variable, size] = longest(
    mergeByName([], value, path).map((entry) => ({ path: entry.name, value: entry })),
  );
  return `${path} (${length}), in it ${variable} (${size})`;
}

function parts(prefix: string, object: object): Part[] {
  return Object.entries(object).map(([member, value]) => ({
    path: prefix + member,
    value: value as unknown,
  }));
}

function longest(all: readonly Part[]): [path: string, length: number, value: unknown] {
  const measured = all.map(({ path, value }): [string, number, unknown] => [
    path,
    (JSON.stringify(value) as string | undefined)?.length ?? 0,
    value,
  ]);
  return measured.reduce((a, b) => (b[1] > a[1] ? b : a), ['', 0, undefined]);
}
