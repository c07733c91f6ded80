import * as z from 'zod/mini';
import type { HeldRun, SweepQuery } from '../agent/held-run.ts';
import type { Prefect1Client } from './client.ts';
import type { Clock } from '../clock.ts';
import type { Prefect1FlowRun } from './flow-run.ts';
import { HELD_RUNS, SWEEP } from './held-operations.ts';
import { readFlowRun, readInstant } from './read-flow-run.ts';
import { ANY_PUT_BACK, claimOfAgent, readClaim, timestamp } from './states.ts';

export interface HeldRunsOptions {
  readonly client: Prefect1Client;
  readonly clock: Pick<Clock, 'now'>;
}

/** What a row of `flow_run` holds beyond a run, with the first of the task runs that are claimed. */
const heldRow = z.object({
  state: z.nullable(z.string()),
  state_timestamp: z.unknown(),
  serialized_state: z.unknown(),
  task_runs: z.array(z.object({ serialized_state: z.unknown() })),
  put_back: z.optional(z.array(z.unknown())),
});

/** The runs that this agent has claimed before a moment and that have not gone on since, and those that were cancelled. */
export async function sweepFlowRuns(
  { client, clock }: HeldRunsOptions,
  query: SweepQuery & { readonly tenantId: string },
  signal: AbortSignal,
): Promise<readonly HeldRun<Prefect1FlowRun>[]> {
  const { tenantId, agent } = query;
  const nowMs = clock.now();
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
  { client, clock }: HeldRunsOptions,
  { flowRunIds, agent }: { readonly flowRunIds: readonly string[]; readonly agent: string },
  signal: AbortSignal,
): Promise<readonly HeldRun<Prefect1FlowRun>[]> {
  const nowMs = clock.now();
  const variables = { ids: [...flowRunIds], claim: claimOfAgent(agent), putBack: ANY_PUT_BACK };
  const { flow_run: rows } = await client.request(HELD_RUNS, variables, signal);
  const held = rows.flatMap((row) => readHeldRun(row, nowMs) ?? []);
  return held.filter((one) => !('claim' in one) || one.claim.claimant.agent === agent);
}

/** undefined: the run is in no state in which an agent has a hand, or can't be read. */
function readHeldRun(value: unknown, nowMs: number): HeldRun<Prefect1FlowRun> | undefined {
  const read = readFlowRun(value, nowMs);
  const row = heldRow.safeParse(value).data;
  const sinceMs = readInstant(row?.state_timestamp);
  if (read === undefined || 'unreadable' in read || row === undefined || sinceMs === undefined)
    return undefined;
  const { run } = read;
  const about = { run, version: String(run.version), sinceMs };
  switch (row.state) {
    case 'Submitted': {
      const claim = readClaim(row.serialized_state);
      return claim && { ...about, stage: 'claimed', claim };
    }
    case 'Running': {
      const claim = readClaim(row.task_runs[0]?.serialized_state);
      if (claim !== undefined) return { ...about, stage: 'resuming', claim };
      // It waits in the queue, and what stopped last was no process of it that had reported.
      return row.put_back?.length === 1 ? undefined : { ...about, stage: 'running' };
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
