import type { TaskDefinition } from '@aws-sdk/client-ecs';
import type { JobConfiguration } from './job-configuration-schema.ts';
import { isFalsy } from './json.ts';
import type { TaskRequestSettings } from './task-request-settings.ts';

/** The network in which a task runs that is not chosen yet: all subnets of this VPC; undefined: of the default one. */
export interface NetworkToFind {
  readonly vpcId: string | undefined;
}

type Network = Pick<TaskDefinition, 'networkMode'>;

/**
 * The network that the job or the agent chose; undefined: none. Unlike Prefect's worker, the subnets of
 * `network_configuration` are not looked up in their VPC: ECS says so where they do not fit.
 */
export function chosenNetwork(
  { network_configuration: network, vpc_id: vpcId }: JobConfiguration,
  requested: unknown,
  { networkMode }: Network,
  { ecs }: Pick<TaskRequestSettings, 'ecs'>,
): unknown {
  const isOwn = networkMode === 'awsvpc';
  if (isOwn && !isFalsy(network)) return { awsvpcConfiguration: network };
  if (!isFalsy(requested)) return requested;
  return isOwn && vpcId === undefined ? ecs.runTaskKwargs['networkConfiguration'] : undefined;
}

/** Where a task's network is to be looked for; undefined: it has one, or needs none. */
export function networkToFind(
  { vpc_id: vpcId }: JobConfiguration,
  networkConfiguration: unknown,
  { networkMode }: Network,
): NetworkToFind | undefined {
  return networkMode === 'awsvpc' && networkConfiguration === undefined ? { vpcId } : undefined;
}
