import {
  DeregisterTaskDefinitionRequest$,
  DescribeTaskDefinitionRequest$,
  DescribeTasksRequest$,
  ListTasksRequest$,
  RegisterTaskDefinitionRequest$,
  RunTaskRequest$,
  StopTaskRequest$,
  type DeregisterTaskDefinitionRequest,
  type DescribeTaskDefinitionRequest,
  type DescribeTasksRequest,
  type ListTasksRequest,
  type RegisterTaskDefinitionRequest,
  type RunTaskRequest,
  type StopTaskRequest,
} from '@aws-sdk/client-ecs';
import type { Model } from '../../request-schema.ts';
import { requestParser } from './request-parser.ts';
import { runTask, type RunTaskDeps } from './run-task.ts';
import type { Quota } from './throttle.ts';

/** Serves one operation: what came in the request's body, to the body of the answer. */
export type Operation = (input: unknown) => object;

/**
 * The operations of ECS that the sandbox has, by AWS's names.
 * Each throws EcsError when AWS would refuse the request.
 */
export function operations(deps: RunTaskDeps): ReadonlyMap<string, Operation> {
  const { taskDefinitions, tasks, throttle } = deps;

  // `serve` takes the type that belongs to the model; the compiler cannot see that, and `never` lets it be any.
  function operation(model: Model, quota: Quota, serve: (input: never) => object): Operation {
    const parse = requestParser(model);
    return (input) => {
      throttle(quota);
      return serve(parse(input) as never);
    };
  }

  const RunTask = operation(RunTaskRequest$, 'runAndStopTask', (input: RunTaskRequest) =>
    runTask(input, deps),
  );
  const StopTask = operation(StopTaskRequest$, 'runAndStopTask', (input: StopTaskRequest) =>
    tasks.stop(input),
  );
  const ListTasks = operation(ListTasksRequest$, 'readTask', (input: ListTasksRequest) => tasks.list(input));
  const DescribeTasks = operation(DescribeTasksRequest$, 'readTask', (input: DescribeTasksRequest) =>
    tasks.describe(input),
  );
  const RegisterTaskDefinition = operation(
    RegisterTaskDefinitionRequest$,
    'changeTaskDefinition',
    (input: RegisterTaskDefinitionRequest) => taskDefinitions.register(input),
  );
  const DeregisterTaskDefinition = operation(
    DeregisterTaskDefinitionRequest$,
    'changeTaskDefinition',
    ({ taskDefinition = '' }: DeregisterTaskDefinitionRequest) => taskDefinitions.deregister(taskDefinition),
  );
  const DescribeTaskDefinition = operation(
    DescribeTaskDefinitionRequest$,
    'readTaskDefinition',
    (input: DescribeTaskDefinitionRequest) => taskDefinitions.describe(input),
  );
  return new Map(
    Object.entries({
      RunTask,
      StopTask,
      ListTasks,
      DescribeTasks,
      RegisterTaskDefinition,
      DeregisterTaskDefinition,
      DescribeTaskDefinition,
    }),
  );
}
