import type { Claimant } from '../agent/flow-run.ts';
import { isClaimOf } from '../agent/held-run.ts';
import type { Settlement, SettlementResult } from '../agent/prefect-backend.ts';
import type { Clock } from '../clock.ts';
import type { Prefect1Client } from './client.ts';
import { describeError } from '../describe-error.ts';
import { PrefectApiError } from '../errors.ts';
import { isStale, STALE } from '../fresh.ts';
import { SETTLED_RUNS } from './held-operations.ts';
import { MAX_CHANGES, setStates, type StateChange, type StateChangeResult } from './set-states.ts';
import {
  cancelledState,
  claimOfAgent,
  failedState,
  isClaimable,
  putBackState,
  readClaim,
  releasedState,
  type SerializedState,
} from './states.ts';

export interface SettleOptions {
  readonly client: Prefect1Client;
  readonly clock: Clock;
}

interface Row {
  readonly id: string;
  readonly version: number;
  readonly state: string | null;
  readonly serialized_state: unknown;
  readonly task_runs: readonly Omit<Row, 'state' | 'task_runs'>[];
}

type Kind = 'flow_run' | 'task_run';

/** Gives runs up: reads what they are now, and changes those that still are what was expected. */
export async function settleFlowRuns(
  { client, clock }: SettleOptions,
  settlements: readonly Settlement[],
  claimant: Claimant,
  signal: AbortSignal,
): Promise<readonly SettlementResult[]> {
  try {
    const askedMs = clock.now();
    const variables = {
      ids: settlements.map(({ flowRunId }) => flowRunId),
      claim: claimOfAgent(claimant.agent),
    };
    const { flow_run: rows } = await client.request(SETTLED_RUNS, variables, signal);
    if (isStale(askedMs, clock)) return settlements.map(() => ({ kind: 'unknown', reason: STALE }));
    const changes = settlements.map((settlement) => {
      const row = rows.find(({ id }) => id === settlement.flowRunId);
      return row === undefined ? [] : changesOf(row, settlement, claimant);
    });
    const results = await change(client, changes.flat(), signal);
    return changes.map((own) => resultOf(own.map((one) => results.get(one))));
  } catch (error) {
    if (!(error instanceof PrefectApiError)) throw error;
    return settlements.map(() => ({ kind: 'unknown', reason: describeError(error) }));
  }
}

type Change = StateChange & { readonly kind: Kind };

/** What has to be changed; nothing, when the run is no longer what was expected. */
function changesOf(row: Row, settlement: Settlement, claimant: Claimant): readonly Change[] {
  const whole: Change = { kind: 'flow_run', id: row.id, version: row.version, state: stateOf(settlement) };
  switch (settlement.held) {
    case 'queued':
      if (settlement.isRunning === true)
        return row.state === 'Running' && row.task_runs.length === 0 ? [whole] : [];
      return isClaimable({ type: row.state ?? '' }) ? [whole] : [];
    case 'cancelling':
      return row.state === 'Cancelling' ? [whole] : [];
    case 'running':
      return row.state === 'Running' && String(row.version) === settlement.version ? [whole] : [];
    case 'claimed': {
      const by = settlement.by ?? claimant;
      if (isClaimOf(readClaim(row.serialized_state), by)) return [whole];
      const taskRuns = row.task_runs.filter((taskRun) => isClaimOf(readClaim(taskRun.serialized_state), by));
      if (row.state !== 'Running' || taskRuns.length === 0) return [];
      if (settlement.kind === 'failed') return [whole];
      return taskRuns.map(({ id, version, serialized_state: claim }) => {
        const state = releasedState(claim, settlement.reason, settlement.startTimeMs);
        return { kind: 'task_run', id, version, state };
      });
    }
  }
}

function stateOf(settlement: Settlement): SerializedState {
  const { kind, reason } = settlement;
  switch (kind) {
    case 'failed':
      return failedState(reason);
    case 'cancelled':
      return cancelledState(reason);
    case 'put-back':
      return putBackState(reason, settlement.startTimeMs, settlement.dueSinceMs);
  }
}

async function change(
  client: Prefect1Client,
  changes: readonly Change[],
  signal: AbortSignal,
): Promise<ReadonlyMap<Change, StateChangeResult>> {
  const results = new Map<Change, StateChangeResult>();
  for (const kind of ['flow_run', 'task_run'] as const) {
    const own = changes.filter((one) => one.kind === kind);
    for (let i = 0; i < own.length; i += MAX_CHANGES) {
      const batch = own.slice(i, i + MAX_CHANGES);
      const answers = await setStates(client, kind, batch, signal);
      for (const [j, answer] of answers.entries()) {
        const changed = batch[j];
        if (changed !== undefined) results.set(changed, answer);
      }
    }
  }
  return results;
}

function resultOf(results: readonly (StateChangeResult | undefined)[]): SettlementResult {
  if (results.length === 0) return { kind: 'moved-on', reason: 'The run is no longer what it was' };
  const open = results.find((result) => result?.kind !== 'applied');
  if (results.every((result) => result?.kind === 'applied')) return { kind: 'done' };
  return { kind: 'unknown', reason: open !== undefined && 'reason' in open ? open.reason : 'no answer' };
}
