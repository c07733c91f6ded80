import type { RunTaskRequest, RunTaskResponse } from '@aws-sdk/client-ecs';
import type { Clock } from '../../clock.ts';
import type { Account } from './account.ts';
import { checkRunTask, checkRunTaskInput } from './check-run-task.ts';
import type { ClientTokens } from './client-tokens.ts';
import { newTask } from './new-task.ts';
import { placementOf } from './placement.ts';
import type { TaskDefinitions } from './task-definitions.ts';
import type { Tasks } from './tasks.ts';
import type { Throttle } from './throttle.ts';

export interface RunTaskDeps {
  readonly account: Account;
  readonly clock: Clock;
  /** Makes UUIDs. */
  readonly newId: () => string;
  readonly clientTokens: ClientTokens;
  readonly taskDefinitions: TaskDefinitions;
  readonly tasks: Tasks;
  readonly throttle: Throttle;
}

/** @throws EcsError when AWS would refuse the request. Nothing is launched then. */
export function runTask(input: RunTaskRequest, deps: RunTaskDeps): RunTaskResponse {
  const { account, newId, clientTokens, taskDefinitions, throttle } = deps;
  const placement = placementOf(input);
  if (placement.launchType === 'FARGATE') throttle('fargateRunTask');
  const cluster = account.cluster(input.cluster);
  checkRunTaskInput(input);
  const repeated = clientTokens.find(cluster, input);
  if (repeated !== undefined) return { tasks: [...repeated], failures: [] };
  const definition = taskDefinitions.runnable(input.taskDefinition ?? '');
  checkRunTask(input, definition.taskDefinition, placement);
  const count = input.count ?? 1;
  if (placement.launchType === 'FARGATE') {
    throttle(
      placement.capacityProviderName === 'FARGATE_SPOT' ? 'fargateSpotLaunch' : 'fargateLaunch',
      count,
    );
  }
  const now = new Date(deps.clock.now());
  const tasks = Array.from({ length: count }, () =>
    newTask({ account, newId, cluster, input, definition, placement, now }),
  );
  const answered = structuredClone(tasks);
  clientTokens.remember(cluster, input, tasks, answered);
  for (const task of tasks) deps.tasks.launch(task, definition.taskDefinition);
  return { tasks: answered, failures: [] };
}
