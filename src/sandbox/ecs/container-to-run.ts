import type { ContainerDefinition } from '@aws-sdk/client-ecs';
import type { Task } from './new-task.ts';
import type { ContainerToRun } from './run-task-process.ts';

/** A container's definition with the overrides of its task applied, as ECS does. Its secrets are left out: there are none here. */
export function containerToRun(
  { taskArn, overrides }: Task,
  definition: ContainerDefinition,
): ContainerToRun {
  const { name = '', entryPoint = [], command = [], environment = [] } = definition;
  const override = overrides?.containerOverrides?.find((candidate) => candidate.name === name);
  const variables = [...environment, ...(override?.environment ?? [])];
  return {
    taskArn,
    name,
    command: [...entryPoint, ...(override?.command ?? command)],
    environment: Object.fromEntries(variables.map((variable) => [variable.name ?? '', variable.value ?? ''])),
  };
}
