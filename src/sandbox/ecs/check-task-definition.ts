import {
  Compatibility,
  NetworkMode,
  type ContainerDefinition,
  type RegisterTaskDefinitionRequest,
} from '@aws-sdk/client-ecs';
import { checkTags } from './check-tags.ts';
import { EcsError } from './ecs-error.ts';
import { checkFargateSize, cpuUnits, memoryMib } from './fargate-size.ts';

const MAX_BYTES = 64 * 1024;
const NAME = /^[A-Za-z0-9_-]{1,255}$/;
const ECR_IMAGE = /^\d{12}\.dkr\.ecr[.-].*amazonaws\.com/;

/** @throws EcsError when AWS would not register this definition. */
export function checkTaskDefinition(input: RegisterTaskDefinitionRequest): void {
  if (!NAME.test(input.family ?? '')) {
    refuse('Family must be 1 to 255 letters, numbers, hyphens and underscores.');
  }
  const bytes = Buffer.byteLength(JSON.stringify(input));
  if (bytes > MAX_BYTES) refuse(`Actual length: '${bytes}'. Max allowed length is '${MAX_BYTES}' bytes.`);
  checkOneOf('networkMode', input.networkMode, Object.values(NetworkMode));
  for (const launchType of input.requiresCompatibilities ?? []) {
    checkOneOf('requiresCompatibilities', launchType, Object.values(Compatibility));
  }
  checkTags(input.tags);
  checkContainers(input);
  if (input.requiresCompatibilities?.includes('FARGATE') === true) checkFargate(input);
}

function checkContainers({
  containerDefinitions = [],
  memory,
  executionRoleArn,
}: RegisterTaskDefinitionRequest): void {
  if (containerDefinitions.length === 0) refuse('Container list cannot be empty.');
  if (new Set(containerDefinitions.map(({ name }) => name)).size < containerDefinitions.length) {
    refuse('Container names must be unique.');
  }
  if (containerDefinitions.every(({ essential }) => essential === false)) {
    refuse('A task definition must have at least one essential container.');
  }
  for (const container of containerDefinitions) {
    if (!NAME.test(container.name ?? '')) refuse('Container.name should not be null or empty.');
    if ((container.image ?? '') === '') refuse('Container.image should not be null or empty.');
    if (memory === undefined && container.memory === undefined && container.memoryReservation === undefined) {
      refuse(
        `Invalid setting for container '${container.name ?? ''}'. ` +
          "At least one of 'memory' or 'memoryReservation' must be specified.",
      );
    }
    if ((container.secrets ?? []).length > 0 && executionRoleArn === undefined) {
      refuse(
        "When you are specifying container secrets, you must also specify a value for 'executionRoleArn'.",
      );
    }
  }
}

function checkFargate(input: RegisterTaskDefinitionRequest): void {
  if (input.networkMode !== 'awsvpc') refuse("Fargate only supports network mode 'awsvpc'.");
  checkFargateSize(cpuUnits(input.cpu), memoryMib(input.memory));
  if (input.executionRoleArn !== undefined) return;
  const needsRole = (input.containerDefinitions ?? [])
    .map(whatNeedsExecutionRole)
    .find((need) => need !== undefined);
  if (needsRole !== undefined) {
    refuse(`Fargate requires task definition to have execution role ARN to support ${needsRole}.`);
  }
}

function whatNeedsExecutionRole({ image, logConfiguration }: ContainerDefinition): string | undefined {
  if (logConfiguration?.logDriver === 'awslogs') return 'log driver awslogs';
  return ECR_IMAGE.test(image ?? '') ? 'ECR images' : undefined;
}

function checkOneOf(member: string, value: string | undefined, allowed: readonly string[]): void {
  if (value !== undefined && !allowed.includes(value)) {
    refuse(`Invalid ${member}: expected one of ${allowed.join(', ')}, got ${value}.`);
  }
}

function refuse(message: string): never {
  throw new EcsError('ClientException', message);
}
