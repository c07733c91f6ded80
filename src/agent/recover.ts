import pMap from 'p-map';
import { carryOut, type Ending } from './carry-out.ts';
import { describeError } from '../describe-error.ts';
import type { Claimed, FlowRun } from './flow-run.ts';
import type { HeldRun } from './held-run.ts';
import type { LaunchedTask, TaskFinder } from './launched-task.ts';
import type { PollContext } from './poll-context.ts';
import { PollTally } from './poll-report.ts';
import type { RecoveryContext } from './recovery-context.ts';
import { decideRecovery, lastEnd, likenessOfMost } from './recovery-decision.ts';
import { stopCancelled } from './stop-cancelled.ts';
import { type Launched, tell } from './tell.ts';
import { FORGOTTEN } from './launch-outcome.ts';

/** Runs whose tasks are looked at at once. */
const CONCURRENCY = 10;

/** A run and its tasks, as they are now. */
interface Seen<Run extends FlowRun> {
  readonly held: HeldRun<Run>;
  readonly tasks: readonly LaunchedTask[];
}

type Unreported<Run extends FlowRun> = HeldRun<Run> & { readonly stage: 'claimed' | 'resuming' };

/**
 * Does with each run what its state and its tasks call for. A run whose tasks can't be seen waits for the next sweep.
 * @returns why some could not be dealt with; undefined: all were.
 */
export async function recover<Run extends FlowRun>(
  context: PollContext<Run>,
  heldRuns: readonly HeldRun<Run>[],
  finder: TaskFinder<Run>,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { backend, claimant, clock, logger } = context;
  // No run that has reported is among them.
  const rescheduleInterrupted = false;
  const recovery = { backend, claimant, clock, logger, finder, rescheduleInterrupted, signal };
  const failures: string[] = [];
  const seen = await pMap(
    heldRuns,
    async (held): Promise<Seen<Run> | undefined> => {
      try {
        return { held, tasks: await finder.find(held.run, [], signal) };
      } catch (error) {
        failures.push(describeError(error));
        return undefined;
      }
    },
    { concurrency: CONCURRENCY },
  );
  const known = seen.filter((one) => one !== undefined);
  const stopped = await stopCancelled(recovery, known);
  const { settled, toLaunch } = await settleAll(recovery, known);
  const again = await relaunch(context, recovery, toLaunch);
  const { settled: settledAgain } = await settleAll(recovery, again);
  const launched = again.map(({ held }) => held.run.id);
  context.tally.recovered += new Set([...stopped, ...settled, ...launched, ...settledAgain]).size;
  const [first] = failures;
  if (first === undefined) return undefined;
  logger.error(`The tasks of ${failures.length} flow run(s) could not be looked at`, { reason: first });
  return first;
}

/** Puts back and fails what is to be. @returns the ids of those, and the claims that have no task. */
async function settleAll<Run extends FlowRun>(
  context: RecoveryContext<Run>,
  seen: readonly Seen<Run>[],
): Promise<{ readonly settled: readonly string[]; readonly toLaunch: readonly Unreported<Run>[] }> {
  const ends = seen.flatMap(({ held, tasks }) =>
    'claim' in held ? (lastEnd(tasks.filter(({ claimKey }) => claimKey === held.claim.claimKey)) ?? []) : [],
  );
  const accountsLikeness = likenessOfMost(ends);
  const toLaunch: Unreported<Run>[] = [];
  const endings: Ending<Run>[] = [];
  for (const { held, tasks } of seen) {
    const decision = decideRecovery({ ...context, held, tasks, accountsLikeness });
    if (decision.kind === 'launch' && 'claim' in held) toLaunch.push(held);
    if (decision.kind === 'put-back' || decision.kind === 'fail') endings.push({ held, decision });
  }
  return { settled: await carryOut(context, endings), toLaunch };
}

/**
 * Launches claims again, each with its own key: whoever launched it before, there is one task. The answer may name
 * one that has stopped, so it is looked at. @returns the launched runs and those tasks.
 */
async function relaunch<Run extends FlowRun>(
  context: PollContext<Run>,
  { finder, signal }: RecoveryContext<Run>,
  heldRuns: readonly Unreported<Run>[],
): Promise<readonly Seen<Run>[]> {
  const { platform, budget, logger } = context;
  const launchable = heldRuns.slice(0, platform.launchable(budget.launchMs()));
  if (launchable.length === 0) return [];
  const claimOf = (held: Unreported<Run>): Claimed<Run> => ({ ...held.run, claimKey: held.claim.claimKey });
  const claims = launchable.map((held) => ({ held, run: claimOf(held) }));
  for (const { run } of claims)
    logger.warn(`Launching flow run ${run.id} again: it is claimed and has no task`, { flowRunId: run.id });
  const runs = claims.map(({ run }) => run);
  const outcomes = await platform.deployFlows(runs, signal);
  const seen: Seen<Run>[] = [];
  for (const [i, { held, run }] of claims.entries()) {
    const outcome = outcomes[i] ?? FORGOTTEN;
    const launched: Launched<Run> = { run, outcome };
    // The claim is that of an earlier invocation.
    await tell({ ...context, claimant: held.claim.claimant, tally: new PollTally() }, [launched]);
    if (outcome.kind !== 'started') continue;
    seen.push({ held, tasks: await finder.find(run, [outcome.infrastructureId], signal) });
  }
  return seen;
}
