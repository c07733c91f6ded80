import { describeError } from '../describe-error.ts';
import type { FlowRun } from './flow-run.ts';
import { deploy, look, type PollContext } from './poll.ts';
import { PollFailedError } from './poll-failed-error.ts';
import type { PollReport } from './poll-report.ts';

interface PollUntilIdleOptions {
  readonly maxPolls: number;
  /** How far ahead an invocation looks, in milliseconds. It holds nothing: the run's process waits. */
  readonly leadMs: number;
}

/**
 * One bounded batch of polls: at once again while there is work, until nothing is due, `maxPolls` are made
 * or the budget allows no further claim.
 * @throws PollFailedError when a poll failed, or runs were claimed and none of them could be started.
 */
export async function pollUntilIdle<Run extends FlowRun>(
  context: PollContext<Run>,
  { maxPolls, leadMs }: PollUntilIdleOptions,
): Promise<void> {
  const { tally, budget } = context;
  const seen = new Set<string>();
  try {
    while (tally.polls < maxPolls && (tally.polls === 0 || budget.mayClaim())) {
      tally.polls++;
      const due = await look(context, leadMs, seen);
      if (due.runs.length + due.unreadable.length === 0) break;
      // A run is worked on once in an invocation: what came of it won't change within seconds.
      for (const { id } of [...due.runs, ...due.unreadable]) seen.add(id);
      await deploy(context, due.runs);
    }
  } catch (error) {
    tally.failedPolls++;
    throw new PollFailedError(`A poll failed: ${describeError(error)}`, tally.report(), { cause: error });
  }
  failWhenNothingStarted(tally.report());
}

function failWhenNothingStarted(report: PollReport): void {
  const kept = report.runs.find(({ outcome }) => outcome === 'put-back' || outcome === 'unknown');
  if (kept === undefined || report.started > 0) return;
  throw new PollFailedError(
    `None of ${report.claimed} claimed flow run(s) could be started; the first of them: ${kept.detail}`,
    report,
  );
}
