import { describeError } from '../describe-error.ts';
import type { FlowRun } from './flow-run.ts';
import { claimable, deploy, look, type Postponed } from './poll.ts';
import type { PollContext } from './poll-context.ts';
import { PollFailedError } from './poll-failed-error.ts';
import type { PollReport } from './poll-report.ts';

interface PollUntilIdleOptions {
  readonly maxPolls: number;
  /** How far ahead an invocation looks, in milliseconds. It holds nothing: the run's process waits. */
  readonly leadMs: number;
  /** How long to wait before looking again when nothing is due, in milliseconds; undefined: end instead. */
  readonly lingerMs: number | undefined;
  /** Ends the lingering. */
  readonly stop: AbortSignal;
}

/**
 * One bounded batch of polls: at once again while there is work, until nothing is due, `maxPolls` are made
 * or the budget allows no further claim.
 * @throws PollFailedError when a poll failed, or runs were due and none of them could be started.
 */
export async function pollUntilIdle<Run extends FlowRun>(
  context: PollContext<Run>,
  options: PollUntilIdleOptions,
): Promise<void> {
  const { tally } = context;
  try {
    await poll(context, options);
  } catch (error) {
    tally.failedPolls++;
    throw new PollFailedError(`A poll failed: ${describeError(error)}`, tally.report(), { cause: error });
  }
  failWhenNothingStarted(tally.report());
}

async function poll<Run extends FlowRun>(
  context: PollContext<Run>,
  { maxPolls, leadMs, lingerMs, stop }: PollUntilIdleOptions,
): Promise<void> {
  const { tally } = context;
  // A run is worked on once in an invocation: what came of it won't change within seconds.
  const seen = new Set<string>();
  const postponed = new Map<string, Postponed>();
  while (tally.polls < maxPolls && (tally.polls === 0 || claimable(context) > 0)) {
    tally.polls++;
    const due = await look(context, leadMs, seen);
    const found = [...due.runs, ...due.unreadable];
    for (const { id } of found) {
      seen.add(id);
      if (postponed.delete(id)) tally.found--;
    }
    const { halted, later } = await deploy(context, due.runs);
    if (halted !== undefined) break;
    for (const run of later) postponed.set(run.id, run);
    if (found.length > 0) continue;
    const lookAgain = [...postponed.keys()].filter((id) => seen.delete(id));
    if (lookAgain.length > 0) continue;
    // They were looked for in vain: somebody else has them.
    postponed.clear();
    if (lingerMs === undefined || !(await lingered(context, lingerMs, stop))) break;
  }
  for (const run of postponed.values()) tally.add(run, 'left', run.reason);
}

/** Waits before the next look. False: there is no time for that. */
async function lingered<Run extends FlowRun>(
  { clock, budget }: PollContext<Run>,
  lingerMs: number,
  stop: AbortSignal,
): Promise<boolean> {
  if (budget.launchMs() <= lingerMs) return false;
  try {
    await clock.sleep(lingerMs, AbortSignal.any([stop, budget.work]));
    return true;
  } catch {
    return false;
  }
}

function failWhenNothingStarted(report: PollReport): void {
  const kept = report.runs.find(({ outcome }) => ['put-back', 'left', 'unknown'].includes(outcome));
  if (kept === undefined || report.started > 0) return;
  throw new PollFailedError(
    `None of ${report.found} due flow run(s) could be started; the first of them: ${kept.detail}`,
    report,
  );
}
