import { FAMILY_PREFIX } from '../src/ecs/definition-family.ts';
import type { EcsSettings } from '../src/settings/settings.ts';
import { type Arn, NO_VALUE, type Optional, ourArn, type Ref } from './cloudformation.ts';
import { loggedDefinition } from './logged-definition.ts';
import type { Parameters } from './parameters.ts';
import { rolesOfTasks } from './roles-of-tasks.ts';

/** Where tasks run, with what, and what the stack has to make for them. */
interface TaskResources {
  readonly isOwn: { readonly cluster: boolean; readonly executionRole: boolean; readonly flowLogs: boolean };
  /** The clusters in which the agent may start, list and stop tasks. */
  readonly clusters: readonly Arn[];
  /** The definitions from which it may start tasks. */
  readonly taskDefinitions: readonly Arn[];
  /** The roles that it may give to tasks. */
  readonly roles: readonly Arn[];
  readonly capacityProviders: Optional<readonly string[]>;
  readonly flowLogGroup: string;
  /** Settings for which the deployment has a default of its own. */
  readonly cluster: Ref | string;
  readonly executionRole: Arn;
  readonly taskDefinition: { readonly 'Fn::Sub': string } | string;
}

/**
 * @param ecs the settings as the functions will read them
 * @param taskDefinition the text of the setting
 * @param stack a name for what has to have one
 */
export function taskResources(
  ecs: EcsSettings,
  taskDefinition: string,
  { extraClusters, extraTaskDefinitions, extraRoles, fargateSpot }: Parameters,
  stack: string,
): TaskResources {
  const named = rolesOfTasks(ecs);
  const cluster = ecs.cluster ?? ecs.runTaskKwargs['cluster'];
  const isNamed = typeof cluster === 'string';
  const ownRole = named.execution.length === 0;
  const flowLogs = ownRole && ecs.taskDefinition === undefined;
  const flowLogGroup = `/prefect/${stack}`;
  const executionRole: Arn = { 'Fn::GetAtt': ['ExecutionRole', 'Arn'] };
  return {
    isOwn: { cluster: !isNamed, executionRole: ownRole, flowLogs },
    clusters: [
      isNamed ? ourArn('ecs', 'cluster', cluster) : { 'Fn::GetAtt': ['Cluster', 'Arn'] },
      ...extraClusters,
    ],
    taskDefinitions: [ourArn('ecs', 'task-definition', `${FAMILY_PREFIX}*:*`), ...extraTaskDefinitions],
    roles: [...(ownRole ? [executionRole] : named.execution), ...named.task, ...extraRoles],
    capacityProviders: fargateSpot ? ['FARGATE', 'FARGATE_SPOT'] : NO_VALUE,
    flowLogGroup,
    cluster: isNamed ? (ecs.cluster ?? '') : { Ref: 'Cluster' },
    executionRole: ownRole ? executionRole : (ecs.executionRoleArn ?? ''),
    taskDefinition: flowLogs ? loggedDefinition(flowLogGroup) : taskDefinition,
  };
}
