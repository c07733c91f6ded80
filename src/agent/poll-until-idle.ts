import { describeError } from '../describe-error.ts';
import type { FlowRun } from './flow-run.ts';
import { claimable, deploy, look } from './poll.ts';
import type { Postponed } from './postponed.ts';
import type { PollContext } from './poll-context.ts';
import { PollFailedError } from './poll-failed-error.ts';
import type { PollReport } from './poll-report.ts';

/** After so many looks in a row at which no run was ready, what they wait for won't come within seconds. */
const MAX_FRUITLESS_LOOKS = 3;

/** How often a wait asks whether it is to end, in milliseconds. */
const ASK_EVERY_MS = 2000;

interface PollUntilIdleOptions {
  /** Those that the tally holds already count. */
  readonly maxPolls: number;
  /** How long before its start time a run is launched, in milliseconds: its process waits, not the invocation. */
  readonly leadMs: number;
  /** How long to wait at most before looking again when nothing is due, in milliseconds; undefined: end instead. */
  readonly lingerMs: number | undefined;
  /** Ends a wait. */
  readonly stop: AbortSignal;
  /** Asked now and then during a wait: true ends it, and with it the polls. */
  readonly interrupted?: ((signal: AbortSignal) => Promise<boolean>) | undefined;
}

/**
 * One bounded batch of polls: at once again while there is work, until `maxPolls` are made or the budget allows
 * no further claim. It ends when nothing is due, nor will be while there is time: runs that become due before the
 * next wake are waited for, unclaimed, or they would be late by the time between two wakes.
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
  { maxPolls, leadMs, lingerMs, stop, interrupted }: PollUntilIdleOptions,
): Promise<void> {
  const { tally, budget } = context;
  // A run is worked on once in an invocation: what came of it won't change within seconds.
  const seen = new Set<string>();
  const postponed = new Map<string, Postponed>();
  let fruitless = 0;
  while (tally.polls < maxPolls && (tally.polls === 0 || claimable(context) > 0)) {
    tally.polls++;
    const due = await look(context, { leadMs, horizonMs: budget.launchMs(), except: seen });
    const found = [...due.runs, ...due.rejected];
    for (const { id } of found) {
      seen.add(id);
      if (postponed.delete(id)) tally.found--;
    }
    const { halted, later } = await deploy(context, due);
    if (halted !== undefined) break;
    for (const run of later) postponed.set(run.id, run);
    if (found.length > 0) {
      fruitless = found.length > later.length ? 0 : fruitless + 1;
      continue;
    }
    const lookAgain =
      fruitless < MAX_FRUITLESS_LOOKS ? [...postponed.keys()].filter((id) => seen.delete(id)) : [];
    if (lookAgain.length > 0) continue;
    leave(
      context,
      [...postponed.values()].filter(({ id }) => seen.has(id)),
    );
    // The others were looked for in vain: somebody else has them.
    postponed.clear();
    const waitMs = nextLookMs(context, due.nextMs, lingerMs);
    if (!(await waited(context, waitMs, { stop, interrupted }))) break;
  }
  leave(context, [...postponed.values()]);
}

function leave<Run extends FlowRun>({ tally, logger }: PollContext<Run>, runs: readonly Postponed[]): void {
  for (const run of runs) {
    logger.warn(`Left flow run ${run.id} in the queue`, { flowRunId: run.id, reason: run.reason });
    tally.add(run, 'left', run.reason);
  }
}

/** How long it is to the next look when nothing is due now: to the next run that is known, or to what may come. */
function nextLookMs<Run extends FlowRun>(
  { clock }: PollContext<Run>,
  nextMs = Infinity,
  lingerMs = Infinity,
): number {
  return Math.min(nextMs - clock.now(), lingerMs);
}

/** Waits before the next look. False: the time left would be too short for a launch, or the wait was ended. */
async function waited<Run extends FlowRun>(
  { clock, budget, logger, platform }: PollContext<Run>,
  waitMs: number,
  { stop, interrupted }: Pick<PollUntilIdleOptions, 'stop' | 'interrupted'>,
): Promise<boolean> {
  if (platform.launchable(budget.launchMs() - waitMs) < 1) return false;
  logger.debug(`Nothing is due. Looking again in ${waitMs / 1000} seconds...`);
  const signal = AbortSignal.any([stop, budget.work]);
  const untilMs = clock.now() + waitMs;
  const askEveryMs = interrupted === undefined ? Infinity : ASK_EVERY_MS;
  try {
    for (let leftMs = waitMs; leftMs > 0; leftMs = untilMs - clock.now()) {
      await clock.sleep(Math.min(leftMs, askEveryMs), signal);
      if (leftMs > askEveryMs && (await interrupted?.(signal))) return false;
    }
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
