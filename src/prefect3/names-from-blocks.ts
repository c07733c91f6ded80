import { refersToBlock } from './read-documents.ts';
import { isObject } from '../is-object.ts';
import type { Json } from './json.ts';

/**
 * The names of the variables that a job takes from blocks, and whose values may be secret for that.
 * @param filled the job before its blocks are in place
 * @param resolved the same with them
 */
export function namesFromBlocks(filled: Json, resolved: unknown): ReadonlySet<string> {
  const [before, after] = [environmentsOf(filled), environmentsOf(resolved)];
  return new Set(after.flatMap((environment, index) => namesIn(before[index], environment)));
}

/** Those that become overrides: the job's own, and what the pool's request has for its containers. */
function environmentsOf(job: unknown): readonly unknown[] {
  const { env, task_run_request: request } = Object(job) as Json;
  const { overrides } = Object(request) as Json;
  const { containerOverrides: list } = Object(overrides) as Json;
  const containers: readonly unknown[] = Array.isArray(list) ? list : [];
  return [env, ...containers.map((container) => (Object(container) as Json)['environment'])];
}

/** An environment is an object or ECS's list. One that is no such thing before comes from a block as a whole. */
function namesIn(before: unknown, after: unknown): readonly string[] {
  const isList = Array.isArray(after);
  return Object.entries(Object(after) as Json).flatMap(([key, value]) => {
    const isWhole = isList ? !Array.isArray(before) : !isObject(before) || '$ref' in before;
    const from: unknown = isWhole ? before : (before as Json)[key];
    if (!refersToBlock(from)) return [];
    const name: unknown = isList ? (Object(value) as Json)['name'] : key;
    return typeof name === 'string' ? [name] : [];
  });
}
