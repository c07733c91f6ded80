import { ECSClient, type RegisterTaskDefinitionRequest, type RunTaskRequest } from '@aws-sdk/client-ecs';

/** A genuine client that makes one attempt of each request. */
export function ecsClient(endpoint: string): ECSClient {
  return new ECSClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'sandbox', secretAccessKey: 'sandbox' },
    maxAttempts: 1,
  });
}

/** A task definition that AWS registers and Fargate runs. */
export const definition: RegisterTaskDefinitionRequest = {
  family: 'flows',
  networkMode: 'awsvpc',
  requiresCompatibilities: ['FARGATE'],
  cpu: '256',
  memory: '512',
  containerDefinitions: [{ name: 'flow', image: 'prefecthq/prefect:1.4.1' }],
};

export const runInput: RunTaskRequest = {
  taskDefinition: 'flows',
  launchType: 'FARGATE',
  networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-1'] } },
};
