import {
  DescribeTasksRequest$,
  ListClustersRequest$,
  ListTasksRequest$,
  RunTaskRequest$,
  StopTaskRequest$,
  type DescribeTasksRequest,
  type ListClustersRequest,
  type ListTasksRequest,
  type RunTaskRequest,
  type StopTaskRequest,
} from '@aws-sdk/client-ecs';
import { definitionOperations } from './definition-operations.ts';
import { operationMaker, type Operation } from './operation.ts';
import { pageOf } from './page-of.ts';
import { runTask, type RunTaskDeps } from './run-task.ts';

/**
 * The operations of ECS that the sandbox has, by AWS's names.
 * Each throws EcsError when AWS would refuse the request.
 */
export function operations(deps: RunTaskDeps): ReadonlyMap<string, Operation> {
  return new Map(Object.entries({ ...taskOperations(deps), ...definitionOperations(deps) }));
}

function taskOperations(deps: RunTaskDeps): Readonly<Record<string, Operation>> {
  const { account, tasks } = deps;
  const operation = operationMaker(deps.throttle);
  return {
    RunTask: operation(RunTaskRequest$, 'runAndStopTask', (input: RunTaskRequest) => runTask(input, deps)),
    StopTask: operation(StopTaskRequest$, 'runAndStopTask', (input: StopTaskRequest) => tasks.stop(input)),
    ListTasks: operation(ListTasksRequest$, 'readTask', (input: ListTasksRequest) => tasks.list(input)),
    DescribeTasks: operation(DescribeTasksRequest$, 'readTask', (input: DescribeTasksRequest) =>
      tasks.describe(input),
    ),
    ListClusters: operation(ListClustersRequest$, 'readCluster', (input: ListClustersRequest) => {
      const { items, ...rest } = pageOf(account.clusterArns(), input);
      return { clusterArns: items, ...rest };
    }),
  };
}
