import type { RunTaskCommandInput } from '@aws-sdk/client-ecs';

const SPOT = 'FARGATE_SPOT';

/** The same launch on Fargate on demand; undefined when it does not ask for Fargate Spot. */
export function onDemand(input: RunTaskCommandInput): RunTaskCommandInput | undefined {
  const { capacityProviderStrategy: strategy = [] } = input;
  if (!strategy.some(({ capacityProvider }) => capacityProvider === SPOT)) return undefined;
  return { ...input, capacityProviderStrategy: [{ capacityProvider: 'FARGATE', weight: 1 }] };
}
