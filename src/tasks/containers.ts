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

export function findContainer<C extends { readonly name?: unknown }>(
  list: readonly C[] | undefined,
  name: string,
): C | undefined {
  return list?.find((container) => container.name === name);
}

/** The container of that name, added where there is none. */
export function ensureContainer(list: Container[], name: string): Container {
  const found = findContainer(list, name);
  if (found !== undefined) return found;
  const added: Container = { name };
  list.push(added);
  return added;
}

/** An entry of a container's `environment` or `secrets`. */
export interface NamedEntry {
  readonly name: string;
}

/** `entries` first, then those of the container's own that they do not replace. @throws FlowRunError */
export function mergeByName(entries: readonly NamedEntry[], own: unknown, path: string): NamedEntry[] {
  const parsed = named.safeParse(own);
  if (!parsed.success) throw new FlowRunError(`${path}: expected a list of objects with a name`);
  const names = new Set(entries.map(({ name }) => name));
  return [...entries, ...(parsed.data ?? []).filter(({ name }) => !names.has(name))];
}

export function environmentEntries(variables: Readonly<Record<string, string>>): NamedEntry[] {
  return Object.entries(variables).map(([name, value]) => ({ name, value }));
}

/** The entries of a container's list but for those of some names. @throws FlowRunError */
export function withoutNames(own: unknown, names: ReadonlySet<string>, path: string): NamedEntry[] {
  return mergeByName([], own, path).filter(({ name }) => !names.has(name));
}
