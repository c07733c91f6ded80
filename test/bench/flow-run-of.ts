import type { Task } from '@aws-sdk/client-ecs';

/** The flow run that a task is for, as its process is told. */
export function flowRunOf({ overrides }: Pick<Task, 'overrides'>): string {
  const variables = overrides?.containerOverrides?.flatMap(({ environment }) => environment ?? []) ?? [];
  const found = variables.find(({ name }) => name === 'PREFECT__CONTEXT__FLOW_RUN_ID')?.value;
  if (found === undefined)
    throw new Error('Expected a task with PREFECT__CONTEXT__FLOW_RUN_ID, got one without.');
  return found;
}
