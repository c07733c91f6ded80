import type { EcsSettings } from '../settings/settings.ts';
import { stackNameOf } from './deployment-names.ts';
import { readParameters } from './parameters.ts';
import { clusterOf, ownResources, rolesOfTasks } from './task-resources.ts';

/** What the deployment of a stage makes, and what its functions may use. @throws SettingsError */
export async function checkedDeployment(
  stage: string,
  ecs: EcsSettings,
  given: Readonly<Record<string, string>>,
) {
  const { extraClusters, extraRoles } = await readParameters((name) => Promise.resolve(given[name] ?? ''));
  const stack = stackNameOf(stage);
  const makes = ownResources(ecs);
  const { execution, task } = rolesOfTasks(ecs);
  return {
    makes,
    findsNetworks: ecs.runTaskKwargs['networkConfiguration'] === undefined,
    clusters: [clusterOf(ecs) ?? stack, ...extraClusters],
    roles: [
      // CloudFormation ends the name of a role.
      ...(makes.executionRole ? [`arn:*:role/${stack}-ExecutionRole-*`] : execution),
      ...task,
      ...extraRoles,
    ],
  };
}
