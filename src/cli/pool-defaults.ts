import type { PoolDefaults } from '../prefect3/base-job-template.ts';
import type { Settings } from '../settings/settings.ts';

/** What a template has of no deployment. */
export const noPoolDefaults: PoolDefaults = {
  cluster: undefined,
  taskRoleArn: undefined,
  executionRoleArn: undefined,
  network: undefined,
  image: undefined,
  cpu: undefined,
  memory: undefined,
  apiKeySecretArn: undefined,
  authStringSecretArn: undefined,
  logGroup: undefined,
};

/** What the settings say of the tasks of this deployment. */
export function poolDefaults({ ecs, prefect }: Settings): PoolDefaults {
  const { cluster, taskRoleArn, executionRoleArn, runTaskKwargs } = ecs;
  const secretArn = prefect.apiKey?.kind === 'secret' ? prefect.apiKey.arn : undefined;
  const isAuthString = prefect.generation === 3 && prefect.keyKind === 'auth-string';
  return {
    ...noPoolDefaults,
    cluster,
    taskRoleArn,
    executionRoleArn,
    // Held to boto3's names and types when the settings were read.
    network: runTaskKwargs['networkConfiguration'] as PoolDefaults['network'],
    apiKeySecretArn: isAuthString ? undefined : secretArn,
    authStringSecretArn: isAuthString ? secretArn : undefined,
  };
}
