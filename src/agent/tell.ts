import type { Claimed, FlowRun } from './flow-run.ts';
import { describeError } from '../describe-error.ts';
import { type LaunchOutcome, unknown } from './launch-outcome.ts';
import type { PollContext } from './poll-context.ts';
import type { FlowRunLog, Launch, Settlement } from './prefect-backend.ts';

/**
 * A run that goes back to the queue starts this much later at the earliest, in milliseconds.
 * Prefect 1's server refuses a second Submitted for 30 seconds after the first.
 */
export const PUT_BACK_DELAY_MS = 35_000;

/** A claimed run, and what became of its launch. */
export interface Launched<Run extends FlowRun> {
  readonly run: Claimed<Run>;
  readonly outcome: LaunchOutcome;
}

type TellContext<Run extends FlowRun> = Pick<
  PollContext<Run>,
  'backend' | 'claimant' | 'budget' | 'clock' | 'logger' | 'platform' | 'tally' | 'trial'
>;

/** Tells Prefect and the log what became of each launch, and gives up the runs that were not launched. */
export async function tell<Run extends FlowRun>(
  context: TellContext<Run>,
  launched: readonly Launched<Run>[],
): Promise<void> {
  const { backend, clock, logger, tally, trial } = context;
  const lines: FlowRunLog[] = [];
  const settlements: Settlement[] = [];
  const launches: Launch[] = [];
  for (const { run, outcome } of await withoutLaunched(context, launched)) {
    const flowRunId = run.id;
    switch (outcome.kind) {
      case 'started':
        logger.info(`Completed deployment of flow run ${run.id}`, { flowRunId, info: outcome.info });
        lines.push({ flowRunId, level: 'INFO', message: `Submitted for execution: ${outcome.info}` });
        launches.push({ flowRunId, infrastructureId: outcome.recordedId ?? outcome.infrastructureId });
        if (outcome.logsUrl !== undefined)
          lines.push({ flowRunId, level: 'INFO', message: `Logs of its container: ${outcome.logsUrl}` });
        tally.add(run, 'started', outcome.infrastructureId, clock.now() - run.startTimeMs);
        break;
      case 'unsent':
      case 'retry':
      case 'blocked': {
        const { reason } = outcome;
        logger.warn(`Putting flow run ${run.id} back in the queue`, { flowRunId, reason });
        const delayMs = outcome.kind === 'retry' ? (outcome.delayMs ?? 0) : trial.blockedDelayMs;
        const startTimeMs = clock.now() + Math.max(PUT_BACK_DELAY_MS, delayMs);
        const dueSinceMs = run.dueSinceMs ?? run.startTimeMs;
        settlements.push({ kind: 'put-back', held: 'claimed', flowRunId, reason, startTimeMs, dueSinceMs });
        tally.add(run, 'put-back', reason);
        if (outcome.kind === 'blocked') tally.blockedFor ??= reason;
        break;
      }
      case 'unknown':
        logger.error(`Could not learn whether flow run ${run.id} was started`, { ...outcome, flowRunId });
        tally.add(run, 'unknown', outcome.reason);
        break;
      case 'failed':
        logger.error(`Updating flow run ${run.id} state to ${backend.failedState}...`, {
          flowRunId,
          reason: outcome.reason,
        });
        lines.push({ flowRunId, level: 'ERROR', message: outcome.reason });
        settlements.push({ kind: 'failed', held: 'claimed', flowRunId, reason: outcome.reason });
        tally.add(run, 'failed', outcome.reason);
        break;
    }
  }
  // At once: a log that is not answered must not use up the time in which runs are given up.
  await Promise.all([
    settle(context, settlements),
    writeLogs(context, lines),
    recordLaunches(context, launches),
  ]);
}

/** The claims and ECS know of the launches as well: one that can't be recorded is a warning. */
async function recordLaunches<Run extends FlowRun>(
  { backend, budget, logger }: TellContext<Run>,
  launches: readonly Launch[],
): Promise<void> {
  if (launches.length === 0) return;
  try {
    await backend.recordLaunches?.(launches, budget.settle);
  } catch (error) {
    logger.warn(`Could not write into ${launches.length} flow run(s) which task runs them`, { error });
  }
}

/** Takes a launch that was not sent for one of unknown effect, where the claim has a task all the same. */
async function withoutLaunched<Run extends FlowRun>(
  { platform, budget }: TellContext<Run>,
  launched: readonly Launched<Run>[],
): Promise<readonly Launched<Run>[]> {
  const finder = launched.some(({ outcome }) => outcome.kind === 'unsent')
    ? await platform.finder?.()
    : undefined;
  if (finder === undefined) return launched;
  const look = async ({ run, outcome }: Launched<Run>): Promise<Launched<Run>> => {
    if (outcome.kind !== 'unsent') return { run, outcome };
    try {
      const tasks = await finder.find(run, [], budget.settle);
      const isLaunched = tasks.some(({ end, claimKey }) => end === undefined || claimKey === run.claimKey);
      return {
        run,
        outcome: isLaunched ? unknown(`${outcome.reason} It has a task all the same.`) : outcome,
      };
    } catch (error) {
      return { run, outcome: unknown(`${outcome.reason} Its tasks: ${describeError(error)}`) };
    }
  };
  return Promise.all(launched.map(look));
}

/** A run that never can or shall be launched, and why. */
type Hopeless = { readonly id: string; readonly reason: string } & Partial<
  Pick<FlowRun, 'name' | 'isRunning'>
>;

/** Gives up runs that nobody has claimed, for they never can or shall be launched. */
export async function reject<Run extends FlowRun>(
  context: TellContext<Run>,
  runs: readonly Hopeless[],
  kind: 'failed' | 'cancelled' = 'failed',
): Promise<void> {
  const lines: FlowRunLog[] = [];
  const settlements: Settlement[] = [];
  for (const { id, name = '', reason, isRunning = false } of runs) {
    const state = kind === 'failed' ? context.backend.failedState : 'Cancelled';
    context.logger.error(`Updating flow run ${id} state to ${state}...`, { flowRunId: id, reason });
    lines.push({ flowRunId: id, level: 'ERROR', message: reason });
    settlements.push({ kind, held: 'queued', flowRunId: id, reason, ...(isRunning && { isRunning }) });
    context.tally.add({ id, name }, kind, reason);
  }
  // At once: a log that is not answered must not use up the time in which runs are given up.
  await Promise.all([settle(context, settlements), writeLogs(context, lines)]);
}

/** Logging never changes what becomes of a run: a log that can't be written is a warning. */
async function writeLogs<Run extends FlowRun>(
  { backend, claimant, budget, logger }: TellContext<Run>,
  lines: readonly FlowRunLog[],
): Promise<void> {
  if (lines.length === 0) return;
  try {
    await backend.log(lines, claimant, budget.settle);
  } catch (error) {
    logger.warn(`Could not write ${lines.length} line(s) to the flow runs' logs`, { error });
  }
}

async function settle<Run extends FlowRun>(
  { backend, claimant, budget, logger }: TellContext<Run>,
  settlements: readonly Settlement[],
): Promise<void> {
  if (settlements.length === 0) return;
  const results = await backend.settle(settlements, claimant, budget.settle);
  for (const [i, result] of results.entries()) {
    if (result.kind === 'done') continue;
    logger.warn('The state of a flow run was not changed', { ...settlements[i], ...result });
  }
}
