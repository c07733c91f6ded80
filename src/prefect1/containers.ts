import * as z from 'zod/mini';
import { FlowRunError } from '../errors.ts';

/** A container definition, or a container override, as the user wrote it. */
export type Container = Record<string, unknown> & { name?: unknown };

const containers = z.nullish(z.array(z.record(z.string(), z.unknown())));
const named = z.nullish(z.array(z.looseObject({ name: z.string() })));

/** The list of containers at `path`, copied so that it may be changed. @throws FlowRunError */
export function readContainers(value: unknown, path: string): Container[] {
  const parsed = containers.safeParse(value);
  if (!parsed.success) throw new FlowRunError(`${path}: expected a list of objects`);
  return structuredClone(parsed.data ?? []);
}

/** The container that runs the flow, added where there is none. */
export function flowContainer(list: Container[]): Container {
  const found = list.find(({ name }) => name === 'flow');
  if (found !== undefined) return found;
  const added: Container = { name: 'flow' };
  list.push(added);
  return added;
}

/** An entry of a container's `environment` or `secrets`. */
export interface NamedEntry {
  readonly name: string;
}

/**
 * `entries` first, then those of the container's own that neither they nor `reserved` replace.
 * @throws FlowRunError
 */
export function mergeByName(
  entries: readonly NamedEntry[],
  own: unknown,
  path: string,
  reserved: readonly string[] = [],
): NamedEntry[] {
  const parsed = named.safeParse(own);
  if (!parsed.success) throw new FlowRunError(`${path}: expected a list of objects with a name`);
  const names = new Set([...entries.map(({ name }) => name), ...reserved]);
  return [...entries, ...(parsed.data ?? []).filter(({ name }) => !names.has(name))];
}

export function environmentEntries(variables: Readonly<Record<string, string>>): NamedEntry[] {
  return Object.entries(variables).map(([name, value]) => ({ name, value }));
}
