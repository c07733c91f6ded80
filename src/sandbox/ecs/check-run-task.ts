import type { NetworkConfiguration, RunTaskRequest } from '@aws-sdk/client-ecs';
import { checkTags } from './check-tags.ts';
import { EcsError } from './ecs-error.ts';
import { checkFargateSize, cpuUnits, memoryMib } from './fargate-size.ts';
import type { Placement } from './placement.ts';
import type { TaskDefinition } from './task-definitions.ts';

const PLATFORM_VERSIONS = ['LATEST', '1.4.0', '1.3.0'];

/** @throws EcsError when AWS would refuse the request whatever its task definition. */
export function checkRunTaskInput(input: RunTaskRequest): void {
  const { clientToken, startedBy, count = 1, overrides = {}, propagateTags, tags } = input;
  if (clientToken !== undefined && !/^[!-~]{1,64}$/.test(clientToken)) {
    refuse('clientToken must be 1 to 64 ASCII characters in the range of 33 to 126.');
  }
  if (startedBy !== undefined && !/^[A-Za-z0-9\-/_]{1,128}$/.test(startedBy)) {
    refuse('startedBy must be 1 to 128 letters, numbers, hyphens, forward slashes and underscores.');
  }
  if (count < 1 || count > 10) refuse(`count must be between 1 and 10, got ${count}.`);
  if (JSON.stringify(overrides).length > 8192) refuse('Container Overrides length must be at most 8192');
  if (propagateTags !== undefined && propagateTags !== 'TASK_DEFINITION' && propagateTags !== 'NONE') {
    refuse(`propagateTags of a standalone task must be TASK_DEFINITION or NONE, got ${propagateTags}.`);
  }
  checkTags(tags);
}

/** @throws EcsError when AWS would refuse to run this definition so. */
export function checkRunTask(input: RunTaskRequest, definition: TaskDefinition, placement: Placement): void {
  const { launchType } = placement;
  if (definition.compatibilities?.includes(launchType) !== true) {
    refuse(`Task definition does not support launch_type ${launchType}.`);
  }
  checkOverrides(input, definition);
  checkNetwork(input.networkConfiguration, definition, launchType);
  if (launchType !== 'FARGATE') return;
  const { cpu, memory } = input.overrides ?? {};
  checkFargateSize(cpuUnits(cpu) ?? definition.cpu, memoryMib(memory) ?? definition.memory);
  if (input.platformVersion !== undefined && !PLATFORM_VERSIONS.includes(input.platformVersion)) {
    throw new EcsError('PlatformUnknownException', 'The specified platform does not exist.');
  }
}

function checkOverrides({ overrides }: RunTaskRequest, { containerDefinitions }: TaskDefinition): void {
  const names = new Set(containerDefinitions.map(({ name }) => name));
  for (const { name } of overrides?.containerOverrides ?? []) {
    if (!names.has(name)) {
      refuse(`Override for container named ${name ?? 'null'} is not a container in the TaskDefinition.`);
    }
  }
}

function checkNetwork(
  network: NetworkConfiguration | undefined,
  { networkMode }: TaskDefinition,
  launchType: Placement['launchType'],
): void {
  const awsvpc = network?.awsvpcConfiguration;
  if (networkMode !== 'awsvpc') {
    if (network === undefined) return;
    refuse('Network Configuration is not valid for the given networkMode of this task definition.');
  }
  if (awsvpc === undefined) {
    refuse("Network Configuration must be provided when networkMode 'awsvpc' is specified.");
  }
  const { subnets = [], securityGroups = [], assignPublicIp = 'DISABLED' } = awsvpc;
  if (subnets.length === 0) refuse('subnets can not be empty.');
  if (subnets.length > 16) refuse(`subnets can have at most 16 items, got ${subnets.length}.`);
  if (securityGroups.length > 5)
    refuse(`securityGroups can have at most 5 items, got ${securityGroups.length}.`);
  if (!['ENABLED', 'DISABLED'].includes(assignPublicIp)) {
    refuse(`assignPublicIp must be ENABLED or DISABLED, got ${assignPublicIp}.`);
  }
  if (assignPublicIp === 'ENABLED' && launchType !== 'FARGATE') {
    refuse('Assign public IP is not supported for this launch type.');
  }
}

function refuse(message: string): never {
  throw new EcsError('InvalidParameterException', message);
}
