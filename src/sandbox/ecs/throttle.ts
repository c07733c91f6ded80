import type { Clock } from '../../clock.ts';
import { EcsError } from './ecs-error.ts';
import { TokenBucket } from './token-bucket.ts';

/** AWS's quotas for one account in one region: burst, then tokens a second. */
const QUOTAS = {
  runAndStopTask: [100, 40],
  fargateRunTask: [20, 20],
  fargateLaunch: [100, 20],
  fargateSpotLaunch: [100, 20],
  changeTaskDefinition: [20, 1],
  readTaskDefinition: [50, 20],
  deleteTaskDefinition: [5, 1],
  readTask: [100, 20],
  readCluster: [50, 20],
  tagResource: [20, 10],
} as const satisfies Record<string, readonly [burst: number, perSecond: number]>;

export type Quota = keyof typeof QUOTAS;

/** @throws EcsError (ThrottlingException) when the quota has fewer than `tokens` left (default 1). */
export type Throttle = (quota: Quota, tokens?: number) => void;

/**
 * @param factor what the quotas are multiplied by, as in an account whose quotas were raised.
 * @param onRefused called for each request that is refused.
 */
export function awsThrottle(clock: Clock, factor: number, onRefused: () => void): Throttle {
  const buckets = new Map(
    Object.entries(QUOTAS).map(([quota, [burst, perSecond]]) => [
      quota,
      new TokenBucket(clock, burst * factor, perSecond * factor),
    ]),
  );
  return (quota, tokens = 1) => {
    if (buckets.get(quota)?.take(tokens) !== false) return;
    onRefused();
    throw new EcsError('ThrottlingException', 'Rate exceeded');
  };
}
