import type { EcsSettings } from '../src/settings/settings.ts';

/** The roles that the settings name, and the documents that could be read, by what they are for. */
export function rolesOfTasks({ taskDefinition, runTaskKwargs, ...ecs }: EcsSettings): {
  readonly task: readonly string[];
  readonly execution: readonly string[];
} {
  const overrides = Object(runTaskKwargs['overrides']) as Record<string, unknown>;
  const named = (field: 'taskRoleArn' | 'executionRoleArn') =>
    [ecs[field], taskDefinition?.[field], overrides[field]].filter((arn) => typeof arn === 'string');
  return { task: named('taskRoleArn'), execution: named('executionRoleArn') };
}
