import type { ContainerDefinition, RegisterTaskDefinitionRequest } from '@aws-sdk/client-ecs';

/** A task definition that AWS registers and Fargate runs. */
export function registerInput(
  members: Partial<RegisterTaskDefinitionRequest> = {},
  container: Partial<ContainerDefinition> = {},
): RegisterTaskDefinitionRequest {
  return {
    family: 'flows',
    networkMode: 'awsvpc',
    requiresCompatibilities: ['FARGATE'],
    cpu: '256',
    memory: '512',
    containerDefinitions: [{ name: 'flow', image: 'prefecthq/prefect:1.4.1', ...container }],
    ...members,
  };
}
