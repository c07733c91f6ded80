import type { FlowRun } from './flow-run.ts';
import type { PollContext } from './poll-context.ts';

/** How many runs may be claimed now. Asked anew for each batch, for time passes in between. */
export function claimable<Run extends FlowRun>(context: PollContext<Run>): number {
  const { budget, limits, onlyTry, platform, tally, trial } = context;
  const launchMs = budget.launchMs();
  const launchesLeft = (onlyTry ? 1 : (limits.maxLaunches ?? Infinity)) - tally.launches;
  return launchMs <= 0 ? 0 : Math.min(trial.claimLimit, launchesLeft, platform.launchable(launchMs));
}

/** Why no more runs may be claimed. */
export function reachedLimit<Run extends FlowRun>({
  limits,
  onlyTry,
  tally,
  platform,
}: PollContext<Run>): string {
  const { maxLaunches = Infinity } = limits;
  if (onlyTry && tally.launches > 0)
    return 'the circuit is open, and this invocation has made its one launch that tries it';
  if (tally.launches >= maxLaunches) return `maxLaunches, which is ${maxLaunches}`;
  // With all the time in the world, only what is alive already speaks against one more.
  return platform.launchable(Infinity) < 1 ? 'as many tasks are alive as may be' : 'no time is left';
}
