import type { Claimant } from '../agent/flow-run.ts';
import type { Settlement, SettlementResult } from '../agent/prefect-backend.ts';
import type { Prefect1Client } from './client.ts';
import { describeError } from '../describe-error.ts';
import { PrefectApiError } from '../errors.ts';
import { FLOW_RUN_STATES } from './operations.ts';
import { setStates } from './set-states.ts';
import {
  cancelledState,
  failedState,
  isClaimable,
  isClaimOf,
  putBackState,
  type SerializedState,
} from './states.ts';

interface Row {
  readonly id: string;
  readonly version: number;
  readonly state: string | null;
  readonly serialized_state: unknown;
}

/** Gives runs up: reads what they are now, and changes those that still are what was expected. */
export async function settleFlowRuns(
  client: Prefect1Client,
  settlements: readonly Settlement[],
  claimant: Claimant,
  signal: AbortSignal,
): Promise<readonly SettlementResult[]> {
  try {
    const ids = settlements.map(({ flowRunId }) => flowRunId);
    const { flow_run: rows } = await client.request(FLOW_RUN_STATES, { ids }, signal);
    const expected = settlements.map((settlement) =>
      rows.find((row) => row.id === settlement.flowRunId && isHeld(row, settlement, claimant)),
    );
    return await change(client, settlements, expected, signal);
  } catch (error) {
    if (!(error instanceof PrefectApiError)) throw error;
    return settlements.map(() => ({ kind: 'unknown', reason: describeError(error) }));
  }
}

function isHeld(row: Row, { held }: Settlement, claimant: Claimant): boolean {
  return held === 'claimed'
    ? isClaimOf(row.serialized_state, claimant)
    : isClaimable({ type: row.state ?? '' });
}

async function change(
  client: Prefect1Client,
  settlements: readonly Settlement[],
  rows: readonly (Row | undefined)[],
  signal: AbortSignal,
): Promise<readonly SettlementResult[]> {
  const changes = settlements.flatMap((settlement, i) => {
    const row = rows[i];
    return row === undefined ? [] : [{ id: row.id, version: row.version, state: stateOf(settlement) }];
  });
  const results = changes.length === 0 ? [] : await setStates(client, 'flow_run', changes, signal);
  return settlements.map(({ flowRunId }, i): SettlementResult => {
    if (rows[i] === undefined) return { kind: 'moved-on', reason: 'The run is no longer what it was' };
    const result = results[changes.findIndex(({ id }) => id === flowRunId)];
    if (result?.kind === 'applied') return { kind: 'done' };
    return { kind: 'unknown', reason: result?.reason ?? 'no answer' };
  });
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
