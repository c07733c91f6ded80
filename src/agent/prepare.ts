import { claimable } from './claimable.ts';
import type { FlowRun } from './flow-run.ts';
import type { PollContext } from './poll-context.ts';
import type { Postponed } from './postponed.ts';
import { reject } from './tell.ts';

interface Prepared<Run extends FlowRun> {
  readonly ready: readonly Run[];
  /** Runs that can't be launched yet. */
  readonly later: readonly Postponed[];
}

/**
 * Sorts out which runs can be launched, before any of them is claimed. What never can is failed; what the agent is
 * not set up for stays in the queue.
 */
export async function prepare<Run extends FlowRun>(
  context: PollContext<Run>,
  runs: readonly Run[],
): Promise<Prepared<Run>> {
  if (runs.length === 0 || claimable(context) === 0) return { ready: runs, later: [] };
  const { platform, budget, logger, tally } = context;
  const preparations = await platform.prepareFlows(runs, budget.work);
  const ready: Run[] = [];
  const later: Postponed[] = [];
  const hopeless: (Postponed & Pick<FlowRun, 'isRunning'>)[] = [];
  for (const [i, run] of runs.entries()) {
    const preparation = preparations[i] ?? { kind: 'ready' };
    switch (preparation.kind) {
      case 'ready':
        ready.push(run);
        break;
      case 'busy':
        logger.debug(`Left flow run ${run.id} to its own process`, { flowRunId: run.id });
        break;
      case 'later':
        later.push({ id: run.id, name: run.name, reason: preparation.reason });
        break;
      case 'failed':
        hopeless.push({ ...run, reason: preparation.reason });
        break;
      case 'left':
      case 'blocked':
        logger.error(`Left flow run ${run.id} in the queue`, { flowRunId: run.id, ...preparation });
        tally.add(run, 'left', preparation.reason);
        if (preparation.kind === 'blocked') tally.blockedFor ??= preparation.reason;
        break;
    }
  }
  await reject(context, hopeless);
  return { ready, later };
}
