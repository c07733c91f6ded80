import type { Attachment, Container, RunTaskRequest, Tag, Task as AwsTask } from '@aws-sdk/client-ecs';
import type { Account } from './account.ts';
import { cpuUnits, memoryMib } from './fargate-size.ts';
import type { Placement } from './placement.ts';
import type { TaggedTaskDefinition } from './task-definitions.ts';

/** A task as AWS describes it, with the members that are always there. */
export interface Task extends AwsTask {
  readonly taskArn: string;
  readonly clusterArn: string;
  readonly taskDefinitionArn: string;
  readonly group: string;
  readonly createdAt: Date;
  readonly tags: Tag[];
  readonly containers: Container[];
  readonly attachments: Attachment[];
  lastStatus: 'PROVISIONING' | 'PENDING' | 'RUNNING' | 'DEPROVISIONING' | 'STOPPED';
  desiredStatus: 'RUNNING' | 'STOPPED';
  version: number;
}

interface NewTaskOptions {
  readonly account: Account;
  /** Makes UUIDs. */
  readonly newId: () => string;
  /** The cluster's name. */
  readonly cluster: string;
  readonly input: RunTaskRequest;
  readonly definition: TaggedTaskDefinition;
  readonly placement: Placement;
  readonly now: Date;
}

/** The task that RunTask answers with, before anything of it runs. */
export function newTask(options: NewTaskOptions): Task {
  const { account, newId, cluster, input, placement, now } = options;
  const { taskDefinition } = options.definition;
  const id = newId().replaceAll('-', '');
  const taskArn = account.arn(`task/${cluster}/${id}`);
  return {
    taskArn,
    clusterArn: account.arn(`cluster/${cluster}`),
    taskDefinitionArn: taskDefinition.taskDefinitionArn,
    lastStatus: 'PROVISIONING',
    desiredStatus: 'RUNNING',
    version: 1,
    createdAt: now,
    group: input.group ?? `family:${taskDefinition.family}`,
    ...placement,
    ...optionalMembers(options),
    availabilityZone: 'us-east-1a',
    enableExecuteCommand: input.enableExecuteCommand ?? false,
    overrides: { containerOverrides: [], inferenceAcceleratorOverrides: [], ...input.overrides },
    tags: tagsOf(options),
    attachments: attachmentsOf(options),
    containers: taskDefinition.containerDefinitions.map((container) => ({
      containerArn: account.arn(`container/${cluster}/${id}/${newId()}`),
      taskArn,
      name: container.name,
      image: container.image,
      lastStatus: 'PENDING',
      networkInterfaces: [],
      cpu: String(container.cpu ?? 0),
      ...(container.memory === undefined ? {} : { memory: String(container.memory) }),
    })),
  };
}

function optionalMembers({ input, placement, definition: { taskDefinition } }: NewTaskOptions) {
  const { startedBy, overrides, platformVersion = 'LATEST' } = input;
  const cpu = cpuUnits(overrides?.cpu) ?? taskDefinition.cpu;
  const memory = memoryMib(overrides?.memory) ?? taskDefinition.memory;
  const isFargate = placement.launchType === 'FARGATE';
  return {
    ...(startedBy === undefined ? {} : { startedBy }),
    ...(cpu === undefined ? {} : { cpu }),
    ...(memory === undefined ? {} : { memory }),
    ...(isFargate ? { platformFamily: 'Linux' } : {}),
    ...(isFargate ? { platformVersion: platformVersion === 'LATEST' ? '1.4.0' : platformVersion } : {}),
  };
}

/** The request's tags win over those of the definition. */
function tagsOf({ cluster, input, definition }: NewTaskOptions): Tag[] {
  const tags = [
    ...(input.enableECSManagedTags === true ? [{ key: 'aws:ecs:clusterName', value: cluster }] : []),
    ...(input.propagateTags === 'TASK_DEFINITION' ? definition.tags : []),
    ...(input.tags ?? []),
  ];
  return [...new Map(tags.map((tag) => [tag.key, tag])).values()];
}

function attachmentsOf({ input, newId }: NewTaskOptions): Attachment[] {
  const subnet = input.networkConfiguration?.awsvpcConfiguration?.subnets?.[0];
  if (subnet === undefined) return [];
  return [
    {
      id: newId(),
      type: 'ElasticNetworkInterface',
      status: 'PRECREATED',
      details: [{ name: 'subnetId', value: subnet }],
    },
  ];
}
