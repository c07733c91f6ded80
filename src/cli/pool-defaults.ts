import { noPoolDefaults, type PoolDefaults } from '../prefect3/base-job-template.ts';
import type { Settings } from '../settings/settings.ts';

/** What the settings say of the tasks of this deployment. */
export function poolDefaults({ ecs, prefect }: Settings): PoolDefaults {
  const { cluster, launchType, taskRoleArn, executionRoleArn, runTaskKwargs } = ecs;
  const secretArn = prefect.apiKey?.kind === 'secret' ? prefect.apiKey.arn : undefined;
  const isAuthString = prefect.generation === 3 && prefect.keyKind === 'auth-string';
  const isOnFargate = launchType === undefined || launchType === 'FARGATE';
  // Held to boto3's names and types when the settings were read.
  const network = runTaskKwargs['networkConfiguration'] as PoolDefaults['network'];
  return {
    ...noPoolDefaults,
    cluster,
    launchType: isOnFargate ? undefined : launchType,
    taskRoleArn,
    executionRoleArn,
    // ECS refuses one for tasks that share the network of their machine.
    network: isOnFargate ? network : undefined,
    apiKeySecretArn: isAuthString ? undefined : secretArn,
    authStringSecretArn: isAuthString ? secretArn : undefined,
  };
}
