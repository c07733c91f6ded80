import { FAMILY_PREFIX } from '../ecs/definition-family.ts';
import type { EcsSettings } from '../settings/settings.ts';
import { type Arn, NO_VALUE, type Optional, ourArn, type Ref } from './cloudformation.ts';
import { loggedDefinition } from './logged-definition.ts';
import type { Parameters } from './parameters.ts';

/** Whether the stack makes each of these, because the settings name none. */
interface OwnResources {
  readonly cluster: boolean;
  readonly executionRole: boolean;
  readonly flowLogs: boolean;
}

/** Where tasks run, with what, and what the stack has to make for them. */
interface TaskResources {
  readonly isOwn: OwnResources;
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
  const isOwn = ownResources(ecs);
  const cluster = clusterOf(ecs);
  const flowLogGroup = `/prefect/${stack}`;
  const executionRole: Arn = { 'Fn::GetAtt': ['ExecutionRole', 'Arn'] };
  return {
    isOwn,
    clusters: [
      cluster === undefined ? { 'Fn::GetAtt': ['Cluster', 'Arn'] } : ourArn('ecs', 'cluster', cluster),
      ...extraClusters,
    ],
    taskDefinitions: [ourArn('ecs', 'task-definition', `${FAMILY_PREFIX}*:*`), ...extraTaskDefinitions],
    roles: [...(isOwn.executionRole ? [executionRole] : named.execution), ...named.task, ...extraRoles],
    capacityProviders: fargateSpot ? ['FARGATE', 'FARGATE_SPOT'] : NO_VALUE,
    flowLogGroup,
    cluster: isOwn.cluster ? { Ref: 'Cluster' } : (ecs.cluster ?? ''),
    executionRole: isOwn.executionRole ? executionRole : (ecs.executionRoleArn ?? ''),
    taskDefinition: isOwn.flowLogs ? loggedDefinition(flowLogGroup) : taskDefinition,
  };
}

/** What the settings leave to the stack. */
export function ownResources(ecs: EcsSettings): OwnResources {
  const executionRole = rolesOfTasks(ecs).execution.length === 0;
  return {
    cluster: clusterOf(ecs) === undefined,
    executionRole,
    flowLogs: executionRole && ecs.taskDefinition === undefined,
  };
}

/** The cluster that the settings name; undefined: none. */
export function clusterOf({ cluster, runTaskKwargs }: EcsSettings): string | undefined {
  const named = cluster ?? runTaskKwargs['cluster'];
  return typeof named === 'string' ? named : undefined;
}

/** The roles that the settings name, and the documents that could be read, by what they are for. */
export function rolesOfTasks({ taskDefinition, runTaskKwargs, ...ecs }: EcsSettings): {
  readonly task: readonly string[];
  readonly execution: readonly string[];
} {
  const overrides = Object(runTaskKwargs['overrides']) as Record<string, unknown>;
  const named = (field: 'taskRoleArn' | 'executionRoleArn') =>
    [ecs[field], taskDefinition?.[field], overrides[field]].filter((arn) => typeof arn === 'string');
  return { task: named('taskRoleArn'), execution: named('executionRoleArn') };
}
