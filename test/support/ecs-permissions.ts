import type {
  DescribeTasksRequest,
  RegisterTaskDefinitionRequest,
  RunTaskRequest,
  Tag,
  TagResourceRequest,
} from '@aws-sdk/client-ecs';
import type { RecordedRequest } from '../../src/sandbox/ecs/http-handler.ts';
import type { TaskDefinition } from '../../src/sandbox/ecs/task-definitions.ts';
import type { IamRequest } from './iam.ts';

const ECS = 'arn:aws:ecs:us-east-1:123456789012';

const arnOf = (type: string, reference: string) =>
  reference.startsWith('arn:') ? reference : `${ECS}:${type}/${reference}`;

/** What ECS asks IAM for a request, by the Service Authorization Reference. */
export function permissionsOf(
  { operation, input }: RecordedRequest,
  definitions: readonly TaskDefinition[],
): readonly IamRequest[] {
  const action = `ecs:${operation}`;
  switch (operation) {
    case 'RunTask':
      return ofRunTask(input as RunTaskRequest, definitions);
    case 'RegisterTaskDefinition':
      return ofRegister(input as RegisterTaskDefinitionRequest);
    case 'TagResource': {
      const { resourceArn = '', tags = [] } = input as TagResourceRequest;
      return [{ action, resource: resourceArn, context: { 'aws:TagKeys': keysOf(tags) } }];
    }
    case 'DescribeTasks':
    case 'StopTask': {
      const { cluster, tasks, task } = input as DescribeTasksRequest & { readonly task?: string };
      const context = inCluster(cluster);
      return (tasks ?? [task ?? '']).map((reference) => ({
        action,
        resource: arnOf('task', reference),
        context,
      }));
    }
    case 'ListTasks':
      return [{ action, resource: '*', context: inCluster((input as DescribeTasksRequest).cluster) }];
    case 'DescribeTaskDefinition':
      return [{ action, resource: '*' }];
    default:
      throw new Error(`Nobody has said yet which permissions ${operation} needs. Say it here.`);
  }
}

function ofRunTask(
  { cluster = 'default', taskDefinition, tags, overrides }: RunTaskRequest,
  definitions: readonly TaskDefinition[],
): readonly IamRequest[] {
  const definition = definitions.find(({ taskDefinitionArn, family, revision }) =>
    [taskDefinitionArn, family, `${family}:${revision}`].includes(taskDefinition ?? ''),
  );
  if (definition === undefined) throw new Error(`Expected ${taskDefinition ?? ''} to be registered.`);
  const name = arnOf('cluster', cluster).replace(/^.*\//, '');
  return [
    { action: 'ecs:RunTask', resource: definition.taskDefinitionArn, context: inCluster(cluster) },
    ...onCreation('RunTask', arnOf('task', `${name}/*`), tags),
    ...passing(
      overrides?.taskRoleArn,
      overrides?.executionRoleArn,
      definition.taskRoleArn,
      definition.executionRoleArn,
    ),
  ];
}

function ofRegister({
  family = '',
  tags,
  taskRoleArn,
  executionRoleArn,
}: RegisterTaskDefinitionRequest): readonly IamRequest[] {
  return [
    { action: 'ecs:RegisterTaskDefinition', resource: arnOf('task-definition', `${family}:*`) },
    ...onCreation('RegisterTaskDefinition', arnOf('task-definition', `${family}:1`), tags),
    ...passing(taskRoleArn, executionRoleArn),
  ];
}

function onCreation(operation: string, resource: string, tags: readonly Tag[] = []): readonly IamRequest[] {
  if (tags.length === 0) return [];
  const context = { 'ecs:CreateAction': operation, 'aws:TagKeys': keysOf(tags) };
  return [{ action: 'ecs:TagResource', resource, context }];
}

function passing(...roles: readonly (string | undefined)[]): readonly IamRequest[] {
  const context = { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' };
  return [...new Set(roles.filter((arn) => arn !== undefined))].map((resource) => ({
    action: 'iam:PassRole',
    resource,
    context,
  }));
}

const inCluster = (cluster = 'default') => ({ 'ecs:cluster': arnOf('cluster', cluster) });

const keysOf = (tags: readonly Tag[]) => tags.map(({ key }) => key ?? '');
