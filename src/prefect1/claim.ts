import type { Claimant } from '../agent/flow-run.ts';
import { isClaimOf } from '../agent/held-run.ts';
import type { Claim } from '../agent/prefect-backend.ts';
import type { Prefect1Client } from './client.ts';
import { PrefectApiError } from '../errors.ts';
import type { Prefect1FlowRun, TaskRun } from './flow-run.ts';
import { FLOW_RUN_STATES, TASK_RUN_STATES } from './operations.ts';
import { MAX_CHANGES, setStates, type StateChange, type StateChangeResult } from './set-states.ts';
import { claimState, isClaimable, isScheduled, readClaim } from './states.ts';

export interface ClaimOptions {
  readonly client: Prefect1Client;
}

/** `unsent`: it certainly was not made, for a reason that is no single run's. */
type Answer = StateChangeResult | { readonly kind: 'unsent'; readonly reason: string };

/** One flow run or task run to set to Submitted, and the claim key that the state carries. */
interface Target {
  readonly kind: 'flow_run' | 'task_run';
  readonly claimKey: string;
  readonly change: StateChange;
}

/**
 * Claims runs by setting them to Submitted. A Scheduled run is claimed as a whole, keyed by the version that
 * the claim replaces. A Running one waits for retries of its tasks: there the due task runs are claimed.
 */
export async function claimFlowRuns(
  { client }: ClaimOptions,
  runs: readonly Prefect1FlowRun[],
  claimant: Claimant,
  signal: AbortSignal,
): Promise<readonly Claim<Prefect1FlowRun>[]> {
  const targets = runs.map((run) => claimTarget(run, claimant));
  const claims = new Map<Prefect1FlowRun, Claim<Prefect1FlowRun>>();
  for (const kind of ['flow_run', 'task_run'] as const) {
    const pairs = runs.flatMap((run, i) => {
      const target = targets[i];
      return target?.kind === kind ? [{ run, target }] : [];
    });
    const results = await submit(
      client,
      kind,
      pairs.map(({ target }) => target),
      claimant,
      signal,
    );
    for (const [i, { run, target }] of pairs.entries()) claims.set(run, toClaim(run, target, results[i]));
  }
  await submitTaskRuns(client, [...claims.values()], claimant, signal);
  return runs.map((run) => claims.get(run) ?? lost(run, `A ${run.state.type} run has nothing to launch`));
}

function claimTarget(run: Prefect1FlowRun, claimant: Claimant): Target | undefined {
  if (isClaimable(run.state)) {
    const claimKey = String(run.version);
    const state = claimState(claimant, claimKey, run.state, 'Submitted for execution');
    return { kind: 'flow_run', claimKey, change: { id: run.id, version: run.version, state } };
  }
  const [first] = run.state.type === 'Running' ? dueTaskRuns(run) : [];
  if (first === undefined) return undefined;
  const claimKey = `${first.id}:${first.version}`;
  return { kind: 'task_run', claimKey, change: taskRunChange(first, claimant, claimKey) };
}

type DueTaskRun = TaskRun & { readonly state: NonNullable<TaskRun['state']> };

/** Smallest id first, so that everyone who sees the same task runs derives the same claim key. */
function dueTaskRuns({ taskRuns }: Prefect1FlowRun): DueTaskRun[] {
  const due = taskRuns.filter(
    (taskRun): taskRun is DueTaskRun => taskRun.state !== null && isScheduled(taskRun.state),
  );
  return due.sort((a, b) => (a.id < b.id ? -1 : 1));
}

function taskRunChange(
  { id, version, state }: DueTaskRun,
  claimant: Claimant,
  claimKey: string,
): StateChange {
  return { id, version, state: claimState(claimant, claimKey, state, 'Submitted for execution.') };
}

/** Sets the states, and reads back those of which the answer does not say whether they took effect. */
async function submit(
  client: Prefect1Client,
  kind: Target['kind'],
  targets: readonly Target[],
  claimant: Claimant,
  signal: AbortSignal,
): Promise<readonly Answer[]> {
  if (targets.length === 0) return [];
  const changes = targets.map(({ change }) => change);
  const results = await setStatesOrUnclear(client, kind, changes, signal);
  const unclear = changes.filter((_, i) => results[i]?.kind === 'unclear').map(({ id }) => id);
  if (unclear.length === 0) return results;
  const ours = await readBack(client, kind, unclear, claimant, signal);
  if (ours === undefined) return results;
  return results.map((result, i) => {
    if (result.kind !== 'unclear') return result;
    const id = changes[i]?.id;
    return id !== undefined && ours.has(id)
      ? { kind: 'applied' }
      : { kind: 'refused', reason: result.reason };
  });
}

async function setStatesOrUnclear(
  client: Prefect1Client,
  kind: Target['kind'],
  changes: readonly StateChange[],
  signal: AbortSignal,
): Promise<readonly Answer[]> {
  try {
    return await setStates(client, kind, changes, signal);
  } catch (error) {
    if (!(error instanceof PrefectApiError)) throw error;
    const result: Answer = {
      kind: error.effect === 'none' ? 'unsent' : 'unclear',
      reason: error.message,
    };
    return changes.map(() => result);
  }
}

/** The ids that carry this claimant's claim; undefined when that could not be learnt. */
async function readBack(
  client: Prefect1Client,
  kind: Target['kind'],
  ids: readonly string[],
  claimant: Claimant,
  signal: AbortSignal,
): Promise<ReadonlySet<string> | undefined> {
  try {
    const rows =
      kind === 'flow_run'
        ? (await client.request(FLOW_RUN_STATES, { ids: [...ids] }, signal)).flow_run
        : (await client.request(TASK_RUN_STATES, { ids: [...ids] }, signal)).task_run;
    return new Set(
      rows.filter((row) => isClaimOf(readClaim(row.serialized_state), claimant)).map(({ id }) => id),
    );
  } catch (error) {
    if (error instanceof PrefectApiError) return undefined;
    throw error;
  }
}

function toClaim(
  run: Prefect1FlowRun,
  { claimKey }: Target,
  result: Answer | undefined,
): Claim<Prefect1FlowRun> {
  if (result?.kind === 'applied') return { kind: 'claimed', run: { ...run, claimKey } };
  if (result?.kind === 'refused') return lost(run, result.reason);
  if (result?.kind === 'unsent') return { kind: 'refused', run, reason: result.reason };
  return { kind: 'unknown', run, reason: result?.reason ?? 'no answer' };
}

function lost(run: Prefect1FlowRun, reason: string): Claim<Prefect1FlowRun> {
  return { kind: 'lost', run, reason };
}

/**
 * Sets the remaining due task runs of claimed runs to Submitted, so that the queue does not offer the run
 * again for their sake. What becomes of it does not change the claim.
 */
async function submitTaskRuns(
  client: Prefect1Client,
  claims: readonly Claim<Prefect1FlowRun>[],
  claimant: Claimant,
  signal: AbortSignal,
): Promise<void> {
  const changes = claims.flatMap((claim) => {
    if (claim.kind !== 'claimed') return [];
    const { claimKey } = claim.run;
    return dueTaskRuns(claim.run)
      .filter((taskRun) => `${taskRun.id}:${taskRun.version}` !== claimKey)
      .map((taskRun) => taskRunChange(taskRun, claimant, claimKey));
  });
  for (let i = 0; i < changes.length; i += MAX_CHANGES) {
    await setStatesOrUnclear(client, 'task_run', changes.slice(i, i + MAX_CHANGES), signal);
  }
}
