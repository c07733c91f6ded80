import { describeError } from '../describe-error.ts';
import { isStale, STALE } from '../fresh.ts';
import { claimBatch } from './claim-batch.ts';
import { claimable, reachedLimit } from './claimable.ts';
import type { FlowRun } from './flow-run.ts';
import { launch } from './launch.ts';
import { type Due, look } from './look.ts';
import type { PollContext } from './poll-context.ts';
import { PollFailedError } from './poll-failed-error.ts';
import type { PollReport } from './poll-report.ts';
import type { Postponed } from './postponed.ts';
import { prepare } from './prepare.ts';
import { SeenRuns } from './seen-runs.ts';
import { sweep } from './sweep.ts';
import { tell } from './tell.ts';
import { waitForNextLook, type WaitOptions } from './wait-for-next-look.ts';

interface PollOptions extends WaitOptions {
  /** Those that the tally holds already count. */
  readonly maxPolls: number;
  /** How long before its start time a run is launched, in milliseconds: its process waits, not the invocation. */
  readonly leadMs: number;
}

/**
 * One bounded batch of polls, after a sweep: at once again while there is work, until `maxPolls` are made or the
 * budget allows no further claim. It ends when nothing is due, nor will be while there is time: runs that become due
 * before the next wake are waited for, unclaimed, or they would be late by the time between two wakes.
 * @throws PollFailedError when the sweep or a poll failed, or runs were due and none of them could be started.
 */
export async function pollUntilIdle<Run extends FlowRun>(
  context: PollContext<Run>,
  options: PollOptions,
): Promise<void> {
  const { tally } = context;
  const sweepFailure = await sweep(context);
  try {
    await poll(context, options);
  } catch (error) {
    tally.failedPolls++;
    throw new PollFailedError(`A poll failed: ${describeError(error)}`, tally.report(), { cause: error });
  }
  failWhenNothingStarted(tally.report());
  if (sweepFailure !== undefined)
    throw new PollFailedError(`The sweep failed: ${sweepFailure}`, tally.report());
}

async function poll<Run extends FlowRun>(
  context: PollContext<Run>,
  { maxPolls, leadMs, ...waitOptions }: PollOptions,
): Promise<void> {
  const { tally, budget } = context;
  const seen = new SeenRuns();
  while (tally.polls < maxPolls && (tally.polls === 0 || claimable(context) > 0)) {
    tally.polls++;
    const due = await look(context, { leadMs, horizonMs: budget.launchMs(), except: seen.ids });
    const found = [...due.runs, ...due.rejected];
    tally.found -= seen.add(found);
    const { halted, later } = await deploy(context, due);
    if (halted !== undefined) break;
    seen.postpone(later, found.length);
    if (found.length > 0 || seen.bringBack()) continue;
    leave(context, seen.giveUp());
    if (!(await waitForNextLook(context, due.nextMs, waitOptions))) break;
  }
  leave(context, seen.postponed);
}

/** What a deployment leaves to do. */
interface Deployed {
  /** Why nothing more should be claimed for now; undefined: go on. */
  readonly halted: string | undefined;
  /** Runs that can't be launched yet and were not claimed. */
  readonly later: readonly Postponed[];
}

/**
 * Prepares the runs, claims those that can be launched in the time left, launches those that were won, and
 * tells Prefect what became of each. What is not claimed stays in the queue, untouched; what was read too long ago
 * to be claimed is for the next look.
 */
export async function deploy<Run extends FlowRun>(
  context: PollContext<Run>,
  { runs, askedMs }: Pick<Due<Run>, 'runs' | 'askedMs'>,
): Promise<Deployed> {
  const { trial, tally, timings, clock, logger } = context;
  const { ready, later } = await prepare(context, runs);
  let waiting = ready;
  while (waiting.length > 0) {
    if (isStale(askedMs, clock)) {
      const stale = waiting.map(({ id, name }): Postponed => ({ id, name, reason: STALE }));
      return { halted: undefined, later: [...later, ...stale] };
    }
    const batch = waiting.slice(0, claimable(context));
    if (batch.length === 0) {
      tally.overLimit = `Left ${waiting.length} due flow run(s) in the queue: ${reachedLimit(context)}.`;
      logger.info(tally.overLimit);
      break;
    }
    waiting = waiting.slice(batch.length);
    const { claimed, refused } = await claimBatch(context, batch);
    const launched = await launch(context, claimed);
    const startMs = clock.now();
    await tell(context, launched);
    timings.noteTelling(clock.now() - startMs);
    const halted = trial.learn(launched.map(({ outcome }) => outcome)) ?? refused;
    if (halted !== undefined) return { halted, later };
  }
  return { halted: undefined, later };
}

function leave<Run extends FlowRun>({ tally, logger }: PollContext<Run>, runs: readonly Postponed[]): void {
  for (const run of runs) {
    logger.warn(`Left flow run ${run.id} in the queue`, { flowRunId: run.id, reason: run.reason });
    tally.add(run, 'left', run.reason);
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
