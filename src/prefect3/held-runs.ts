import type { HeldRun, SweepQuery } from '../agent/held-run.ts';
import type { Prefect3Client } from './client.ts';
import type { Clock } from '../clock.ts';
import { Directory } from './directory.ts';
import type { Prefect3FlowRun } from './flow-run.ts';
import { filterFlowRuns, readFlowRunRows, withSmallerPages } from './flow-run-rows.ts';
import { readRows, toFlowRun } from './read-flow-run.ts';
import type { FlowRunRow } from './schemas.ts';
import { readClaim } from './states.ts';

/** Pages of a sweep. Oldest first: what is beyond them waits for the next one. */
const MAX_PAGES = 5;

export interface HeldRunsOptions {
  readonly client: Prefect3Client;
  readonly workPool: string;
  readonly clock: Pick<Clock, 'now'>;
}

/** The runs that this agent has claimed before a moment and that have not gone on since, and those being cancelled. */
export async function sweepFlowRuns(
  options: HeldRunsOptions,
  query: SweepQuery,
  signal: AbortSignal,
): Promise<readonly HeldRun<Prefect3FlowRun>[]> {
  const { client, workPool } = options;
  const rows = readRows(await withSmallerPages((limit) => unreportedRows(client, workPool, limit, signal)));
  // Before their flows and deployments are read: most claims are a moment old.
  const old = rows.filter(({ state }) => {
    const sinceMs = Date.parse(state?.timestamp ?? '');
    if (state?.type === 'PENDING') return sinceMs <= query.claimedBeforeMs;
    return sinceMs >= query.cancelledAfterMs && sinceMs <= query.cancelledBeforeMs;
  });
  return heldRuns(options, old, query.agent, signal);
}

/** What certain runs are now. */
export async function readHeldRuns(
  options: HeldRunsOptions,
  { flowRunIds, agent }: { readonly flowRunIds: readonly string[]; readonly agent: string },
  signal: AbortSignal,
): Promise<readonly HeldRun<Prefect3FlowRun>[]> {
  const rows = readRows(await readFlowRunRows(options.client, flowRunIds, signal));
  return heldRuns(options, rows, agent, signal);
}

async function unreportedRows(
  client: Prefect3Client,
  workPool: string,
  limit: number,
  signal: AbortSignal,
): Promise<readonly unknown[]> {
  const found: unknown[] = [];
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const body = {
      work_pools: { name: { any_: [workPool] } },
      flow_runs: { state: { type: { any_: ['PENDING', 'CANCELLING'] } } },
      sort: 'EXPECTED_START_TIME_ASC',
      limit,
      offset: page * limit,
    };
    const rows = await filterFlowRuns(client, body, signal);
    found.push(...rows);
    if (rows.length < limit) break;
  }
  return found;
}

async function heldRuns(
  { client, clock }: HeldRunsOptions,
  rows: readonly FlowRunRow[],
  agent: string,
  signal: AbortSignal,
): Promise<readonly HeldRun<Prefect3FlowRun>[]> {
  const staged = rows.flatMap((row) => {
    const stage = stageOf(row, agent);
    return stage === undefined ? [] : [{ row, stage }];
  });
  const directory = await Directory.of(
    client,
    staged.map(({ row }) => row),
    signal,
  );
  const nowMs = clock.now();
  return staged.map(({ row, stage }) => {
    const run = toFlowRun(row, row.state ?? undefined, directory, nowMs);
    const sinceMs = Date.parse(row.state?.timestamp ?? '');
    return { run, version: row.state?.id ?? '', sinceMs, ...stage };
  });
}

type Stage = HeldRun extends infer Held
  ? Held extends HeldRun
    ? Omit<Held, 'run' | 'version' | 'sinceMs'>
    : never
  : never;

/** undefined: the run is in no state in which this agent has a hand. */
function stageOf(row: FlowRunRow, agent: string): Stage | undefined {
  const { state, start_time: startTime, infrastructure_pid: pid } = row;
  switch (state?.type) {
    case 'PENDING': {
      const claim = readClaim(state);
      return claim?.claimant.agent === agent ? { stage: 'claimed', claim } : undefined;
    }
    case 'RUNNING':
      return { stage: 'running' };
    case 'CANCELLED':
      return { stage: 'cancelled' };
    case 'CANCELLING':
      // The process of one that has begun ends it itself, and else the server does after five minutes.
      return startTime == null ? { stage: 'cancelling', isLaunched: pid != null } : undefined;
    case undefined:
    default:
      return undefined;
  }
}
