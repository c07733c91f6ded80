import type { HeldRun, SweepQuery } from '../agent/held-run.ts';
import type { Prefect1Client } from './client.ts';
import { type Prefect1FlowRun, readFlowRun, readInstant } from './flow-run.ts';
import { HELD_RUNS, SWEEP } from './held-operations.ts';
import { claimOfAgent, readClaim, timestamp } from './states.ts';

/** A row of `flow_run` with the first of the task runs that are claimed. */
interface Row {
  readonly state: string | null;
  readonly state_timestamp: string | null;
  readonly serialized_state: unknown;
  readonly task_runs: readonly { readonly serialized_state: unknown }[];
}

/** The runs that this agent has claimed before a moment and that have not gone on since, and those that were cancelled. */
export async function sweepFlowRuns(
  client: Prefect1Client,
  query: SweepQuery & { readonly tenantId: string },
  nowMs: number,
  signal: AbortSignal,
): Promise<readonly HeldRun<Prefect1FlowRun>[]> {
  const { tenantId, agent } = query;
  const variables = {
    tenantId,
    agent,
    claim: claimOfAgent(agent),
    claimedBefore: timestamp(query.claimedBeforeMs),
    cancelledAfter: timestamp(query.cancelledAfterMs),
    cancelledBefore: timestamp(query.cancelledBeforeMs),
  };
  const { claimed, resuming, cancelled } = await client.request(SWEEP, variables, signal);
  return [...claimed, ...resuming, ...cancelled].flatMap((row) => readHeldRun(row, nowMs) ?? []);
}

/** What certain runs are now. */
export async function readHeldRuns(
  client: Prefect1Client,
  { flowRunIds, agent }: { readonly flowRunIds: readonly string[]; readonly agent: string },
  nowMs: number,
  signal: AbortSignal,
): Promise<readonly HeldRun<Prefect1FlowRun>[]> {
  const variables = { ids: [...flowRunIds], claim: claimOfAgent(agent) };
  const { flow_run: rows } = await client.request(HELD_RUNS, variables, signal);
  const held = rows.flatMap((row) => readHeldRun(row, nowMs) ?? []);
  return held.filter((one) => !('claim' in one) || one.claim.claimant.agent === agent);
}

/** undefined: the run is in no state in which an agent has a hand, or can't be read. */
function readHeldRun(row: Row, nowMs: number): HeldRun<Prefect1FlowRun> | undefined {
  const read = readFlowRun(row, nowMs);
  const sinceMs = readInstant(row.state_timestamp);
  if (read === undefined || 'unreadable' in read || sinceMs === undefined) return undefined;
  const { run } = read;
  const about = { run, version: String(run.version), sinceMs };
  switch (row.state) {
    case 'Submitted': {
      const claim = readClaim(row.serialized_state);
      return claim && { ...about, stage: 'claimed', claim };
    }
    case 'Running': {
      const claim = readClaim(row.task_runs[0]?.serialized_state);
      return claim === undefined ? { ...about, stage: 'running' } : { ...about, stage: 'resuming', claim };
    }
    case 'Cancelled':
      return { ...about, stage: 'cancelled' };
    case 'Cancelling':
      return { ...about, stage: 'cancelling' };
    case null:
    default:
      return undefined;
  }
}
