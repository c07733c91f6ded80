import pMap from 'p-map';
import type { Claimant } from '../agent/flow-run.ts';
import { isClaimOf } from '../agent/held-run.ts';
import type { Settlement, SettlementResult } from '../agent/prefect-backend.ts';
import { CONCURRENT_WRITES } from './client.ts';
import type { Clock } from '../clock.ts';
import { describeError } from '../describe-error.ts';
import { PrefectApiError } from '../errors.ts';
import { isStale, STALE } from '../fresh.ts';
import { readFlowRunRows } from './flow-run-rows.ts';
import { readRows } from './read-flow-run.ts';
import type { State } from './schemas.ts';
import { isInForce, refusalText, setState, setStates, type SetStatesOptions } from './set-states.ts';
import { cancelledState, failedState, type ProposedState, putBackState, readClaim } from './states.ts';

export interface SettleOptions extends SetStatesOptions {
  readonly clock: Clock;
  readonly uuid: () => string;
}

/** The types of the states in which runs are expected to be. */
const HELD_TYPES = {
  queued: 'SCHEDULED',
  claimed: 'PENDING',
  running: 'RUNNING',
  cancelling: 'CANCELLING',
} as const satisfies Record<Settlement['held'], string>;

/** Gives runs up: reads what they are now, and changes those that still are what was expected. */
export async function settleFlowRuns(
  options: SettleOptions,
  settlements: readonly Settlement[],
  claimant: Claimant,
  signal: AbortSignal,
): Promise<readonly SettlementResult[]> {
  const { client, clock, uuid } = options;
  const settle = async (settlement: Settlement, state: State | undefined): Promise<SettlementResult> => {
    if (state === undefined || !isExpected(state, settlement, claimant)) {
      return { kind: 'moved-on', reason: 'The run is no longer what it was' };
    }
    const proposed = stateOf(settlement, uuid());
    const filter = { ids: [settlement.flowRunId], types: [HELD_TYPES[settlement.held], proposed.type] };
    const verdicts = await setStates(options, filter, proposed, signal);
    const [verdict] = verdicts ?? [await setState(client, settlement.flowRunId, proposed, signal)];
    if (verdict === undefined) return { kind: 'moved-on', reason: 'The run has gone on meanwhile' };
    return isInForce(verdict, proposed)
      ? { kind: 'done' }
      : { kind: 'moved-on', reason: refusalText(verdict) };
  };
  try {
    const askedMs = clock.now();
    const ids = settlements.map(({ flowRunId }) => flowRunId);
    const rows = readRows(await readFlowRunRows(client, ids, signal));
    if (isStale(askedMs, clock)) return settlements.map(() => ({ kind: 'unknown', reason: STALE }));
    const states = new Map(rows.map(({ id, state }) => [id, state ?? undefined]));
    return await pMap(
      settlements,
      (settlement) => settle(settlement, states.get(settlement.flowRunId)).catch(unknown),
      { concurrency: CONCURRENT_WRITES },
    );
  } catch (error) {
    return settlements.map(() => unknown(error));
  }
}

function isExpected(state: State, settlement: Settlement, claimant: Claimant): boolean {
  switch (settlement.held) {
    case 'queued':
      return state.type === 'SCHEDULED';
    case 'cancelling':
      return state.type === 'CANCELLING';
    case 'running':
      return state.type === 'RUNNING' && state.id === settlement.version;
    case 'claimed':
      return isClaimOf(readClaim(state), settlement.by ?? claimant);
  }
}

function stateOf(settlement: Settlement, transitionId: string): ProposedState {
  const { kind, reason } = settlement;
  switch (kind) {
    case 'failed':
      return failedState(reason, transitionId);
    case 'cancelled':
      return cancelledState(reason, transitionId);
    case 'put-back':
      return putBackState(reason, transitionId, settlement.startTimeMs, settlement.dueSinceMs);
  }
}

function unknown(error: unknown): SettlementResult {
  if (!(error instanceof PrefectApiError)) throw error;
  return { kind: 'unknown', reason: describeError(error) };
}
