import pMap from 'p-map';
import type { Claimant } from '../agent/flow-run.ts';
import type { Claim } from '../agent/prefect-backend.ts';
import { type BulkOptions, bulkSetState } from './bulk-set-state.ts';
import type { Clock } from '../clock.ts';
import { PrefectApiError } from '../errors.ts';
import type { Prefect3FlowRun } from './flow-run.ts';
import { readFlowRunRows } from './flow-run-rows.ts';
import { readRows } from './read-flow-run.ts';
import type { Verdict } from './schemas.ts';
import { isInForce, type ProposedState, refusalText, setState } from './set-state.ts';
import { claimMessage } from './state-message.ts';

/** What the API takes at once. */
const MAX_BULK = 50;

/** Claims under way at once: a server on SQLite writes one by one. */
const CONCURRENCY = 5;

export interface ClaimOptions extends BulkOptions {
  readonly clock: Clock;
  readonly uuid: () => string;
}

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
  const batches = batchesOf(runs, options.clock.now(), (isRepeated) => ({
    type: 'PENDING',
    name: 'Pending',
    message: claimMessage(claimant, isRepeated),
    state_details: { transition_id: options.uuid() },
  }));
  const claims = new Map<string, Claim<Prefect3FlowRun>>();
  const claim = async (batch: Batch) => {
    for (const one of await claimBatch(options, batch, signal)) claims.set(one.run.id, one);
  };
  // The first request shows whether the server knows it.
  const [first, ...others] = batches;
  if (first !== undefined) await claim(first);
  await pMap(others, claim, { concurrency: CONCURRENCY });
  return runs.map((run) => claims.get(run.id) ?? { kind: 'unknown', run, reason: 'no answer' });
}

/**
 * All runs that are due already go together, those that were put back apart. Each early one goes alone: the server
 * writes the start time of the first run of a request into all of its runs.
 */
function batchesOf(
  runs: readonly Prefect3FlowRun[],
  nowMs: number,
  stateFor: (isRepeated: boolean) => ProposedState,
): readonly Batch[] {
  const isDue = ({ startTimeMs }: Prefect3FlowRun) => startTimeMs <= nowMs;
  const due = runs.filter(isDue);
  const early = runs.filter((run) => !isDue(run)).map((run) => [run]);
  const together = [due.filter((run) => !run.isPutBack), due.filter((run) => run.isPutBack)].flatMap(pages);
  return [...together, ...early].map((batch) => ({
    runs: batch,
    state: stateFor(batch[0]?.isPutBack ?? false),
  }));
}

function pages<T>(items: readonly T[]): readonly (readonly T[])[] {
  const count = Math.ceil(items.length / MAX_BULK);
  return Array.from({ length: count }, (_, i) => items.slice(i * MAX_BULK, (i + 1) * MAX_BULK));
}

async function claimBatch(
  options: ClaimOptions,
  batch: Batch,
  signal: AbortSignal,
): Promise<readonly Claim<Prefect3FlowRun>[]> {
  const { runs, state } = batch;
  try {
    // What has gone on since it was listed is left out: a run that has ended would run anew.
    const filter = { ids: runs.map(({ id }) => id), types: ['SCHEDULED', state.type] };
    const verdicts = await bulkSetState(options, filter, state, signal);
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
): Promise<readonly Claim<Prefect3FlowRun>[]> {
  const ids = runs.map(({ id }) => id);
  const read = readRows(await readFlowRunRows(client, ids, signal));
  const queued = new Set(read.filter((row) => row.state?.type === 'SCHEDULED').map(({ id }) => id));
  const claim = async (run: Prefect3FlowRun) => {
    if (!queued.has(run.id)) return lost(run, 'It is no longer in the queue');
    const own = { ...state, state_details: { transition_id: uuid() } };
    try {
      return toClaim(run, await setState(client, run.id, own, signal), own);
    } catch (error) {
      return fromError(run, error);
    }
  };
  return pMap(runs, claim, { concurrency: CONCURRENCY });
}

function toClaim(run: Prefect3FlowRun, verdict: Verdict, state: ProposedState): Claim<Prefect3FlowRun> {
  if (isInForce(verdict, state)) {
    return { kind: 'claimed', run: { ...run, claimKey: state.state_details.transition_id } };
  }
  // The server lets nobody have a queued run whose deployment is gone. One that is only hidden from us it does.
  const isHopeless =
    verdict.status === 'ABORT' && verdict.state?.type === 'SCHEDULED' && run.deployment === undefined;
  return isHopeless
    ? { kind: 'hopeless', run, reason: refusalText(verdict) }
    : lost(run, refusalText(verdict));
}

function fromError(run: Prefect3FlowRun, error: unknown): Claim<Prefect3FlowRun> {
  if (!(error instanceof PrefectApiError)) throw error;
  return error.effect === 'none' ? lost(run, error.message) : { kind: 'unknown', run, reason: error.message };
}

function lost(run: Prefect3FlowRun, reason: string): Claim<Prefect3FlowRun> {
  return { kind: 'lost', run, reason };
}
