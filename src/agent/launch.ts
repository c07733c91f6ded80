import { describeError } from '../describe-error.ts';
import type { Claimed, FlowRun } from './flow-run.ts';
import { FORGOTTEN, unknown } from './launch-outcome.ts';
import type { PollContext } from './poll-context.ts';
import type { Launched } from './tell.ts';

/** Hands claimed runs to the platform, and answers what became of each; what it does not say is unknown. */
export async function launch<Run extends FlowRun>(
  { platform, budget, logger }: PollContext<Run>,
  claimed: readonly Claimed<Run>[],
): Promise<readonly Launched<Run>[]> {
  if (claimed.length === 0) return [];
  try {
    const outcomes = await platform.deployFlows(claimed, budget.work);
    return claimed.map((run, i) => ({ run, outcome: outcomes[i] ?? FORGOTTEN }));
  } catch (error) {
    logger.error('Exception encountered while deploying flow runs', { error });
    const outcome = unknown(describeError(error));
    return claimed.map((run) => ({ run, outcome }));
  }
}
