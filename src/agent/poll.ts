import type { Claimed, FlowRun } from './flow-run.ts';
import { claimBatch } from './claim-batch.ts';
import { describeError } from '../describe-error.ts';
import { isStale, STALE } from '../fresh.ts';
import { unknown } from './launch-outcome.ts';
import type { PollContext } from './poll-context.ts';
import type { Postponed } from './postponed.ts';
import { type Launched, reject, tell } from './tell.ts';
import { tooLate } from './too-late.ts';

/** What a poll leaves to do. */
export interface Deployed {
  /** Why nothing more should be claimed for now; undefined: go on. */
  readonly halted: string | undefined;
  /** Runs that can't be launched yet and were not claimed. */
  readonly later: readonly Postponed[];
}

interface LookOptions {
  /** How long before its start time a run is due, in milliseconds. */
  readonly leadMs: number;
  /** How far to look for runs that are not due yet, in milliseconds. @default 0 */
  readonly horizonMs?: number;
  /** Ids of runs that are left out. */
  readonly except: ReadonlySet<string>;
}

/** The runs that are due, and when the next one will be, if that is within the horizon. */
export interface Due<Run extends FlowRun> {
  readonly runs: readonly Run[];
  /** Runs that were given up. */
  readonly rejected: readonly { readonly id: string }[];
  /** Milliseconds since the epoch. */
  readonly nextMs: number | undefined;
  /** When they were asked for, in milliseconds since the epoch. */
  readonly askedMs: number;
}

/** Looks for due runs, and gives up those that nobody can read, or that are too late, so that they don't come up for ever. */
export async function look<Run extends FlowRun>(
  context: PollContext<Run>,
  { leadMs, horizonMs = 0, except }: LookOptions,
): Promise<Due<Run>> {
  const { backend, labels, clock, budget, tally } = context;
  const askedMs = clock.now();
  const query = { labels, beforeMs: askedMs + leadMs + horizonMs, except };
  const { runs: found, unreadable } = await backend.look(query, budget.work);
  const nowMs = clock.now();
  const dueMs = (run: Run) => Math.max(run.startTimeMs - leadMs, run.notBeforeMs ?? -Infinity);
  const late = found.flatMap((run) => tooLate(run, context.limits, nowMs));
  const lateIds = new Set(late.map(({ id }) => id));
  const runs = found.filter((run) => dueMs(run) <= nowMs && !lateIds.has(run.id));
  const nextMs = found.map(dueMs).filter((ms) => ms > nowMs);
  tally.found += runs.length + late.length + unreadable.length;
  await reject(context, unreadable);
  await reject(context, late, context.limits.lateRuns === 'cancel' ? 'cancelled' : 'failed');
  return {
    runs,
    rejected: [...unreadable, ...late],
    nextMs: nextMs.length === 0 ? undefined : Math.min(...nextMs),
    askedMs,
  };
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
  const { ready, later } = await prepare(context, runs);
  let waiting = ready;
  while (waiting.length > 0) {
    if (isStale(askedMs, context.clock)) {
      const stale = waiting.map(({ id, name }): Postponed => ({ id, name, reason: STALE }));
      return { halted: undefined, later: [...later, ...stale] };
    }
    const batch = waiting.slice(0, claimable(context));
    if (batch.length === 0) {
      context.tally.overLimit = `Left ${waiting.length} due flow run(s) in the queue: ${reachedLimit(context)}.`;
      context.logger.info(context.tally.overLimit);
      break;
    }
    waiting = waiting.slice(batch.length);
    const { claimed, refused } = await claimBatch(context, batch);
    const launched = await launch(context, claimed);
    const startMs = context.clock.now();
    await tell(context, launched);
    context.timings.noteTelling(context.clock.now() - startMs);
    const halted = context.trial.learn(launched.map(({ outcome }) => outcome)) ?? refused;
    if (halted !== undefined) return { halted, later };
  }
  return { halted: undefined, later };
}

async function prepare<Run extends FlowRun>(
  context: PollContext<Run>,
  runs: readonly Run[],
): Promise<{ readonly ready: readonly Run[]; readonly later: readonly Postponed[] }> {
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

/** How many runs may be claimed now. Asked anew for each batch, for time passes in between. */
export function claimable<Run extends FlowRun>(context: PollContext<Run>): number {
  const { budget, limits, platform, tally, trial } = context;
  const launchMs = budget.launchMs();
  const launchesLeft = (limits.maxLaunches ?? Infinity) - tally.launches;
  return launchMs <= 0 ? 0 : Math.min(trial.claimLimit, launchesLeft, platform.launchable(launchMs));
}

/** Why no more runs may be claimed. */
function reachedLimit<Run extends FlowRun>({ limits, tally, platform }: PollContext<Run>): string {
  const { maxLaunches = Infinity } = limits;
  if (tally.launches >= maxLaunches) return `maxLaunches, which is ${maxLaunches}`;
  // With all the time in the world, only what is alive already speaks against one more.
  return platform.launchable(Infinity) < 1 ? 'as many tasks are alive as may be' : 'no time is left';
}

async function launch<Run extends FlowRun>(
  { platform, budget, logger }: PollContext<Run>,
  claimed: readonly Claimed<Run>[],
): Promise<Launched<Run>[]> {
  if (claimed.length === 0) return [];
  try {
    const outcomes = await platform.deployFlows(claimed, budget.work);
    // A platform that forgets a run must not make the run be forgotten.
    const forgotten = unknown('deployFlows answered no outcome for this run');
    return claimed.map((run, i) => ({ run, outcome: outcomes[i] ?? forgotten }));
  } catch (error) {
    logger.error('Exception encountered while deploying flow runs', { error });
    const outcome = unknown(describeError(error));
    return claimed.map((run) => ({ run, outcome }));
  }
}
