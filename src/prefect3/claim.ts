import pMap from 'p-map';
import type { Claimant } from '../agent/flow-run.ts';
import type { Claim } from '../agent/prefect-backend.ts';
import { claimOrder } from './claim-order.ts';
import { CONCURRENT_WRITES } from './client.ts';
import type { Clock } from '../clock.ts';
import { AgentError, PrefectApiError } from '../errors.ts';
import type { Prefect3FlowRun } from './flow-run.ts';
import { readFlowRunRows } from './flow-run-rows.ts';
import { readRows } from './read-flow-run.ts';
import type { Verdict } from './schemas.ts';
import { isInForce, refusalText, setState, setStates, type SetStatesOptions } from './set-states.ts';
import { claimState, type ProposedState } from './states.ts';

export interface ClaimOptions extends SetStatesOptions {
  readonly clock: Clock;
  readonly uuid: () => string;
}

/** A claim. `hasNoSlot`: its deployment has none, and others of it have to wait as well. */
type Answer = Claim<Prefect3FlowRun> & { readonly hasNoSlot?: boolean };

/** Runs that are claimed by one request. */
interface Batch {
  readonly runs: readonly Prefect3FlowRun[];
  readonly state: ProposedState;
}

/**
 * Claims runs by setting them to Pending, under a transition id that is made for each request: it is the claim key.
 * A claim whose answer was lost is made again with the same id, and the server says that it is in force.
 */
export async function claimFlowRuns(
  options: ClaimOptions,
  runs: readonly Prefect3FlowRun[],
  claimant: Claimant,
  signal: AbortSignal,
): Promise<readonly Claim<Prefect3FlowRun>[]> {
  const claims = new Map<string, Claim<Prefect3FlowRun>>();
  const claimInTurn = async (batches: readonly Batch['runs'][]) => {
    let isFull = false;
    for (const batch of batches) {
      const state = claimState(claimant, options.uuid(), batch[0]?.isPutBack ?? false);
      const answers: readonly Answer[] = isFull
        ? batch.map((run) => lost(run, 'Its deployment has no free slot.'))
        : await claimBatch(options, { runs: batch, state }, signal);
      for (const { hasNoSlot = false, ...claim } of answers) {
        claims.set(claim.run.id, claim);
        isFull ||= hasNoSlot;
      }
    }
  };
  // The first request shows whether the server knows it.
  const [first, ...others] = claimOrder(runs, options.clock.now());
  if (first !== undefined) await claimInTurn(first);
  await pMap(others, claimInTurn, { concurrency: CONCURRENT_WRITES });
  return runs.map((run) => claims.get(run.id) ?? { kind: 'unknown', run, reason: 'no answer' });
}

async function claimBatch(
  options: ClaimOptions,
  batch: Batch,
  signal: AbortSignal,
): Promise<readonly Answer[]> {
  const { runs, state } = batch;
  try {
    // What has gone on since it was listed is left out: a run that has ended would run anew.
    const filter = { ids: runs.map(({ id }) => id), types: ['SCHEDULED', state.type] };
    const verdicts = await setStates(options, filter, state, signal);
    if (verdicts === undefined) return await claimOneByOne(options, batch, signal);
    return runs.map((run) => {
      const own = verdicts.find(({ flow_run_id: id }) => id === run.id);
      return own === undefined ? lost(run, 'It is no longer in the queue') : toClaim(run, own, state);
    });
  } catch (error) {
    return runs.map((run) => fromError(run, error));
  }
}

/** Where the server does not look at what a run has become since it was listed, the agent does. */
async function claimOneByOne(
  { client, uuid }: ClaimOptions,
  { runs, state }: Batch,
  signal: AbortSignal,
): Promise<readonly Answer[]> {
  const ids = runs.map(({ id }) => id);
  const read = readRows(await readFlowRunRows(client, ids, signal));
  const queued = new Set(read.filter((row) => row.state?.type === 'SCHEDULED').map(({ id }) => id));
  const claim = async (run: Prefect3FlowRun) => {
    if (!queued.has(run.id)) return lost(run, 'It is no longer in the queue');
    const own = { ...state, state_details: { transition_id: uuid() } };
    try {
      return toClaim(run, await setState(client, run.id, own, signal), own);
    } catch (error) {
      const isGone = error instanceof PrefectApiError && error.status === 404;
      return isGone ? lost(run, error.message) : fromError(run, error);
    }
  };
  return pMap(runs, claim, { concurrency: CONCURRENT_WRITES });
}

function toClaim(run: Prefect3FlowRun, verdict: Verdict, state: ProposedState): Answer {
  if (!isInForce(verdict, state)) {
    return { ...lost(run, refusalText(verdict)), hasNoSlot: verdict.state?.type === 'SCHEDULED' };
  }
  return { kind: 'claimed', run: { ...run, claimKey: state.state_details.transition_id } };
}

function fromError(run: Prefect3FlowRun, error: unknown): Claim<Prefect3FlowRun> {
  // Without a key nothing is sent: that error is AWS's.
  if (!(error instanceof AgentError)) throw error;
  const isInDoubt = error instanceof PrefectApiError && error.effect === 'unknown';
  return { kind: isInDoubt ? 'unknown' : 'refused', run, reason: error.message };
}

function lost(run: Prefect3FlowRun, reason: string): Claim<Prefect3FlowRun> {
  return { kind: 'lost', run, reason };
}
