import { isDeepStrictEqual } from 'node:util';
import { isObject } from '../is-object.ts';
import type { Json } from './json.ts';

/** What of ECS's requests the fields of a job configuration decide. */
const MEMBERS: Readonly<Record<string, readonly string[]>> = {
  cloudwatch_logs_options: ['containerDefinitions'],
  cloudwatch_logs_prefix: ['containerDefinitions'],
  cluster: ['cluster'],
  command: ['containerOverrides'],
  configure_cloudwatch_logs: ['containerDefinitions'],
  container_name: ['containerDefinitions', 'containerOverrides'],
  env: ['environment'],
  execution_role_arn: ['executionRoleArn'],
  labels: ['tags'],
  network_configuration: ['networkConfiguration'],
  prefect_api_auth_string_secret_arn: ['containerDefinitions'],
  prefect_api_key_secret_arn: ['containerDefinitions'],
  vpc_id: ['networkConfiguration'],
};

/** Members of a container that ECS's messages name by themselves. */
const OF_CONTAINERS: ReadonlySet<string> = new Set(['cpu', 'environment', 'image', 'memory']);

/**
 * What job variables chose of a task, by the names of ECS's members: what is not as the pool's template makes it
 * without them, whatever that template looks like.
 * @param filled the template with the job variables
 * @param bare the template with its own defaults alone
 */
export function chosenByRun(filled: Json, bare: Json): ReadonlySet<string> {
  const fields = changedKeys(filled, bare).flatMap((field) => MEMBERS[field] ?? []);
  return new Set([
    ...fields,
    ...changedMembers(filled['task_definition'], bare['task_definition'], 'containerDefinitions'),
    ...changedMembers(filled['task_run_request'], bare['task_run_request'], 'containerOverrides'),
  ]);
}

function changedMembers(filled: unknown, bare: unknown, list: string): string[] {
  const [now, before] = [Object(filled) as Json, Object(bare) as Json];
  return changedKeys(now, before).flatMap((member) => {
    if (member === 'overrides') return changedMembers(now[member], before[member], list);
    return member === list ? changedOfContainers(now[member], before[member], list) : [member];
  });
}

function changedOfContainers(filled: unknown, bare: unknown, list: string): string[] {
  const before: readonly unknown[] = Array.isArray(bare) ? bare : [];
  const now: readonly unknown[] = Array.isArray(filled) ? filled : [];
  const members = now.flatMap((container, index) =>
    isObject(container) ? changedKeys(container, Object(before[index]) as Json) : [],
  );
  return now.length === before.length
    ? members.map((member) => (OF_CONTAINERS.has(member) ? member : list))
    : [list, ...members.filter((member) => OF_CONTAINERS.has(member))];
}

function changedKeys(now: Json, before: Json): string[] {
  const keys = new Set([...Object.keys(now), ...Object.keys(before)]);
  return Array.from(keys).filter((key) => !isDeepStrictEqual(now[key], before[key]));
}
