import { DescribeClustersCommand, type ECSClient } from '@aws-sdk/client-ecs';
import type { EcsSettings } from '../settings/settings.ts';
import { type Check, failed, ok, warning } from './check.ts';

/** Whether the cluster is there and takes tasks. */
export function clusterCheck(client: ECSClient, { cluster, launchType, runTaskKwargs }: EcsSettings): Check {
  const own = runTaskKwargs['cluster'];
  const name = cluster ?? (typeof own === 'string' ? own : 'default');
  return {
    name: 'ECS cluster',
    run: async (abortSignal) => {
      const command = new DescribeClustersCommand({ clusters: [name] });
      const { clusters = [] } = await client.send(command, { abortSignal });
      const [found] = clusters;
      if (found?.status !== 'ACTIVE') {
        return failed(
          found === undefined
            ? `there is no cluster ${name}`
            : `${name} is ${found.status ?? 'in no known state'}`,
          'Create it (aws ecs create-cluster), or correct PREFECT__CLOUD__AGENT__ECS__CLUSTER or the region.',
        );
      }
      const machines = found.registeredContainerInstancesCount ?? 0;
      if ((launchType === 'EC2' || launchType === 'EXTERNAL') && machines === 0) {
        return warning(
          `${name} is ACTIVE, and has no container instances for the launch type ${launchType}`,
          'Add instances to it, or use the launch type FARGATE.',
        );
      }
      return ok(`${name} is ACTIVE`);
    },
  };
}
