import type { Budget } from './budget.ts';
import type { Claimant, Claimed, FlowRun } from './flow-run.ts';
import type { LaunchOutcome } from './launch-outcome.ts';
import type { PollTally } from './poll-report.ts';
import type { FlowRunLog, Look, PrefectBackend, Settlement, UnreadableRun } from './prefect-backend.ts';
import type { Clock } from '../clock.ts';
import { describeError } from '../describe-error.ts';
import { unknown } from './launch-outcome.ts';
import type { Logger } from '../logger.ts';

/**
 * A run that goes back to the queue starts this much later at the earliest, in milliseconds.
 * Prefect 1's server refuses a second Submitted for 30 seconds after the first.
 */
export const PUT_BACK_DELAY_MS = 35_000;

/** What the steps of a poll share. */
export interface PollContext<Run extends FlowRun> {
  readonly backend: PrefectBackend<Run>;
  readonly labels: readonly string[];
  readonly claimant: Claimant;
  readonly deployFlows: (
    flowRuns: readonly Claimed<Run>[],
    signal: AbortSignal,
  ) => Promise<readonly LaunchOutcome[]>;
  readonly budget: Budget;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly tally: PollTally;
}

interface Launched<Run extends FlowRun> {
  readonly run: Claimed<Run>;
  readonly outcome: LaunchOutcome;
}

/** Looks for due runs, and fails those that nobody can read so that they don't come up for ever. */
export async function look<Run extends FlowRun>(
  context: PollContext<Run>,
  leadMs: number,
  except: ReadonlySet<string>,
): Promise<Look<Run>> {
  const { backend, labels, clock, budget, tally } = context;
  const query = { labels, beforeMs: clock.now() + leadMs, except };
  const due = await backend.look(query, budget.work);
  tally.found += due.runs.length + due.unreadable.length;
  await reject(context, due.unreadable);
  return due;
}

/** Claims the runs, launches those that were won, and tells Prefect what became of each. */
export async function deploy<Run extends FlowRun>(
  context: PollContext<Run>,
  runs: readonly Run[],
): Promise<void> {
  // Checked here and not where the runs were found: time passes in between.
  if (runs.length === 0 || !context.budget.mayClaim()) return;
  const claimed = await claim(context, runs);
  if (claimed.length === 0) return;
  await tell(context, await launch(context, claimed));
}

async function claim<Run extends FlowRun>(
  { backend, claimant, budget, logger, tally }: PollContext<Run>,
  runs: readonly Run[],
): Promise<Claimed<Run>[]> {
  for (const run of runs) logger.info(`Deploying flow run ${run.id} to execution environment...`);
  const claimed: Claimed<Run>[] = [];
  for (const answer of await backend.claim(runs, claimant, budget.work)) {
    if (answer.kind === 'claimed') {
      claimed.push(answer.run);
      continue;
    }
    const fields = { flowRunId: answer.run.id, reason: answer.reason };
    if (answer.kind === 'lost') logger.info(`Left flow run ${answer.run.id} alone`, fields);
    else logger.error(`Could not learn whether flow run ${answer.run.id} is claimed`, fields);
    tally.add(answer.run, answer.kind, answer.reason);
  }
  tally.claimed += claimed.length;
  return claimed;
}

async function launch<Run extends FlowRun>(
  { deployFlows, budget, logger }: PollContext<Run>,
  claimed: readonly Claimed<Run>[],
): Promise<Launched<Run>[]> {
  try {
    const outcomes = await deployFlows(claimed, budget.work);
    // A platform that forgets a run must not make the run be forgotten.
    const forgotten = unknown('deployFlows answered no outcome for this run');
    return claimed.map((run, i) => ({ run, outcome: outcomes[i] ?? forgotten }));
  } catch (error) {
    logger.error('Exception encountered while deploying flow runs', { error });
    const outcome = unknown(describeError(error));
    return claimed.map((run) => ({ run, outcome }));
  }
}

async function tell<Run extends FlowRun>(
  context: PollContext<Run>,
  launched: readonly Launched<Run>[],
): Promise<void> {
  const { clock, logger, tally } = context;
  const lines: FlowRunLog[] = [];
  const settlements: Settlement[] = [];
  for (const { run, outcome } of launched) {
    const flowRunId = run.id;
    switch (outcome.kind) {
      case 'started':
        logger.info(`Completed deployment of flow run ${run.id}`, { flowRunId, info: outcome.info });
        lines.push({ flowRunId, level: 'INFO', message: `Submitted for execution: ${outcome.info}` });
        tally.add(run, 'started', outcome.infrastructureId, clock.now() - run.startTimeMs);
        break;
      case 'retry': {
        logger.warn(`Putting flow run ${run.id} back in the queue`, { flowRunId, reason: outcome.reason });
        const startTimeMs = clock.now() + Math.max(PUT_BACK_DELAY_MS, outcome.delayMs ?? 0);
        settlements.push({
          kind: 'put-back',
          held: 'claimed',
          flowRunId,
          reason: outcome.reason,
          startTimeMs,
        });
        tally.add(run, 'put-back', outcome.reason);
        break;
      }
      case 'unknown':
        logger.error(`Could not learn whether flow run ${run.id} was started`, { ...outcome, flowRunId });
        tally.add(run, 'unknown', outcome.reason);
        break;
      case 'failed':
        logger.error(`Updating flow run ${run.id} state to Failed...`, { flowRunId, reason: outcome.reason });
        lines.push({ flowRunId, level: 'ERROR', message: outcome.reason });
        settlements.push({ kind: 'failed', held: 'claimed', flowRunId, reason: outcome.reason });
        tally.add(run, 'failed', outcome.reason);
        break;
    }
  }
  await writeLogs(context, lines);
  await settle(context, settlements);
}

async function reject<Run extends FlowRun>(
  context: PollContext<Run>,
  unreadable: readonly UnreadableRun[],
): Promise<void> {
  const lines: FlowRunLog[] = [];
  const settlements: Settlement[] = [];
  for (const { id, reason } of unreadable) {
    context.logger.error(`Updating flow run ${id} state to Failed...`, { flowRunId: id, reason });
    lines.push({ flowRunId: id, level: 'ERROR', message: reason });
    settlements.push({ kind: 'failed', held: 'queued', flowRunId: id, reason });
    context.tally.add({ id, name: '' }, 'failed', reason);
  }
  await writeLogs(context, lines);
  await settle(context, settlements);
}

/** Logging never changes what becomes of a run: a log that can't be written is a warning. */
async function writeLogs<Run extends FlowRun>(
  { backend, claimant, budget, logger }: PollContext<Run>,
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
  { backend, claimant, budget, logger }: PollContext<Run>,
  settlements: readonly Settlement[],
): Promise<void> {
  if (settlements.length === 0) return;
  const results = await backend.settle(settlements, claimant, budget.settle);
  for (const [i, result] of results.entries()) {
    if (result.kind === 'done') continue;
    logger.warn('The state of a flow run was not changed', { ...settlements[i], ...result });
  }
}
