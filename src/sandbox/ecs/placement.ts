import type { RunTaskRequest } from '@aws-sdk/client-ecs';
import { EcsError } from './ecs-error.ts';

/** What a task runs on. */
export interface Placement {
  readonly launchType: 'EC2' | 'EXTERNAL' | 'FARGATE';
  readonly capacityProviderName?: 'FARGATE' | 'FARGATE_SPOT';
}

/**
 * Where RunTask puts a task. Every cluster has Fargate's capacity providers and no default strategy;
 * container instances are taken to be there when EC2 or EXTERNAL is asked for.
 *
 * @throws EcsError when AWS would not accept what was asked for.
 */
export function placementOf({ launchType, capacityProviderStrategy = [] }: RunTaskRequest): Placement {
  // A task can be placed by one provider only: the one that gets the most.
  const [first] = capacityProviderStrategy.toSorted(
    (a, b) => (b.base ?? 0) - (a.base ?? 0) || (b.weight ?? 0) - (a.weight ?? 0),
  );
  if (first === undefined) return { launchType: knownLaunchType(launchType) };
  if (launchType !== undefined) {
    refuse(
      'Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.',
    );
  }
  const { capacityProvider } = first;
  if (capacityProvider !== 'FARGATE' && capacityProvider !== 'FARGATE_SPOT') {
    refuse(
      'The specified capacity provider strategy cannot contain a capacity provider that is not associated with the ' +
        'cluster. Associate the capacity provider with the cluster and try again.',
    );
  }
  return { launchType: 'FARGATE', capacityProviderName: capacityProvider };
}

function knownLaunchType(launchType = 'EC2'): Placement['launchType'] {
  if (launchType !== 'EC2' && launchType !== 'EXTERNAL' && launchType !== 'FARGATE') {
    refuse(`Launch type must be one of [EC2,EXTERNAL,FARGATE], got ${launchType}.`);
  }
  return launchType;
}

function refuse(message: string): never {
  throw new EcsError('InvalidParameterException', message);
}
