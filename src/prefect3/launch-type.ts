import { FlowRunError } from '../errors.ts';
import { isFalsy, type Json } from './json.ts';
import type { DefinitionInForce } from '../tasks/definition-in-force.ts';

const SPOT = [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }];

/**
 * The launch type that a request asks for, `FARGATE_SPOT` included: FARGATE where it names none, unless the
 * definition is for EC2 and leaves it to the cluster.
 */
export function launchTypeOf(
  { launchType }: Json,
  { requiresCompatibilities: compatibilities }: { readonly requiresCompatibilities?: unknown },
): unknown {
  if (!isFalsy(launchType)) return launchType;
  return Array.isArray(compatibilities) && compatibilities.includes('EC2') ? undefined : 'FARGATE';
}

export function isFargate(launchType: unknown): boolean {
  return launchType === 'FARGATE' || launchType === 'FARGATE_SPOT';
}

/** RunTask takes either of the two. Fargate Spot is a capacity provider. */
export function capacityOf(request: Json, launchType: unknown): Json {
  const { capacityProviderStrategy: strategy } = request;
  if (!isFalsy(strategy)) return { capacityProviderStrategy: strategy };
  if (launchType === 'FARGATE_SPOT') return { capacityProviderStrategy: SPOT };
  return launchType === undefined ? {} : { launchType };
}

/** @throws FlowRunError when the definition can't run on Fargate, and Fargate is asked for. */
export function requireCompatible(
  request: Json,
  { requiresCompatibilities, networkMode }: DefinitionInForce,
  launchType: unknown,
): void {
  if (!isFargate(launchType)) return;
  if (!isFalsy(request['capacityProviderStrategy']) && launchType !== 'FARGATE_SPOT') return;
  if (requiresCompatibilities !== undefined && !requiresCompatibilities.includes('FARGATE')) {
    throw new FlowRunError(
      `launch_type: expected a task definition that requires the compatibility FARGATE, got ${requiresCompatibilities.join(', ') || 'none'}. ` +
        'Choose another launch type, or change the definition.',
    );
  }
  if ((networkMode ?? 'awsvpc') !== 'awsvpc') {
    throw new FlowRunError(
      `launch_type: expected the network mode awsvpc, which Fargate needs, got ${String(networkMode)}. ` +
        'Choose the launch type EC2, or change the definition.',
    );
  }
}
