import {
  DeleteTaskDefinitionsRequest$,
  DeregisterTaskDefinitionRequest$,
  DescribeTaskDefinitionRequest$,
  ListTaskDefinitionFamiliesRequest$,
  ListTaskDefinitionsRequest$,
  RegisterTaskDefinitionRequest$,
  TagResourceRequest$,
  type DeleteTaskDefinitionsRequest,
  type DeregisterTaskDefinitionRequest,
  type DescribeTaskDefinitionRequest,
  type ListTaskDefinitionFamiliesRequest,
  type ListTaskDefinitionsRequest,
  type RegisterTaskDefinitionRequest,
  type TagResourceRequest,
} from '@aws-sdk/client-ecs';
import { listTaskDefinitionFamilies, listTaskDefinitions } from './list-task-definitions.ts';
import { operationMaker, type Operation } from './operation.ts';
import type { RunTaskDeps } from './run-task.ts';

/** The operations of ECS about task definitions, by AWS's names. */
export function definitionOperations({
  taskDefinitions,
  throttle,
}: RunTaskDeps): Readonly<Record<string, Operation>> {
  const operation = operationMaker(throttle);
  return {
    RegisterTaskDefinition: operation(
      RegisterTaskDefinitionRequest$,
      'changeTaskDefinition',
      (input: RegisterTaskDefinitionRequest) => taskDefinitions.register(input),
    ),
    DeregisterTaskDefinition: operation(
      DeregisterTaskDefinitionRequest$,
      'changeTaskDefinition',
      ({ taskDefinition = '' }: DeregisterTaskDefinitionRequest) =>
        taskDefinitions.deregister(taskDefinition),
    ),
    DeleteTaskDefinitions: operation(
      DeleteTaskDefinitionsRequest$,
      'deleteTaskDefinition',
      (input: DeleteTaskDefinitionsRequest) => taskDefinitions.delete(input),
    ),
    DescribeTaskDefinition: operation(
      DescribeTaskDefinitionRequest$,
      'readTaskDefinition',
      (input: DescribeTaskDefinitionRequest) => taskDefinitions.describe(input),
    ),
    ListTaskDefinitions: operation(
      ListTaskDefinitionsRequest$,
      'readTaskDefinition',
      (input: ListTaskDefinitionsRequest) => listTaskDefinitions(input, taskDefinitions.all()),
    ),
    ListTaskDefinitionFamilies: operation(
      ListTaskDefinitionFamiliesRequest$,
      'readTaskDefinition',
      (input: ListTaskDefinitionFamiliesRequest) => listTaskDefinitionFamilies(input, taskDefinitions.all()),
    ),
    TagResource: operation(TagResourceRequest$, 'tagResource', (input: TagResourceRequest) =>
      taskDefinitions.tag(input),
    ),
  };
}
