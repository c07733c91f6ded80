import { allDone } from './all-done.ts';
import type { Look, LookQuery, UnreadableRun } from '../agent/prefect-backend.ts';
import type { Prefect3Client } from './client.ts';
import type { Clock } from '../clock.ts';
import { Directory } from './directory.ts';
import type { Prefect3FlowRun } from './flow-run.ts';
import { readFlowRunRows, withSmallerPages } from './flow-run-rows.ts';
import type { Logger } from '../logger.ts';
import { readRow, readRows, toFlowRun } from './read-flow-run.ts';
import { type FlowRunRow, scheduledRuns, type State } from './schemas.ts';
import { workPoolPath } from './work-pool.ts';

export interface LookOptions {
  readonly client: Prefect3Client;
  readonly workPool: string;
  readonly workQueues: readonly string[];
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Asks the pool for due runs, then for their flows and deployments. In the server's order,
 * and no more than its limits let through.
 */
export async function lookForFlowRuns(
  options: LookOptions,
  query: LookQuery,
  signal: AbortSignal,
): Promise<Look<Prefect3FlowRun>> {
  const { client, clock, logger } = options;
  const listed = await listScheduled(options, query, signal);
  const found: FlowRunRow[] = [];
  const unreadable: UnreadableRun[] = [];
  for (const value of listed) {
    const read = readRow(value);
    if (read === undefined) continue;
    if ('row' in read) found.push(read.row);
    else unreadable.push(read.unreadable);
  }
  const fresh = found.filter(({ id }) => !query.except.has(id));
  logger.debug(`Found ${fresh.length} ready flow run(s), and ${found.length - fresh.length} known already`);
  const [states, directory] = await allDone([
    statesOfRetried(client, fresh, signal),
    Directory.of(client, fresh, signal),
  ]);
  const nowMs = clock.now();
  return {
    runs: fresh.map((row) => toFlowRun(row, states.get(row.id), directory, nowMs)),
    unreadable: unreadable.filter(({ id }) => !query.except.has(id)),
  };
}

async function listScheduled(
  options: LookOptions,
  { beforeMs, except }: LookQuery,
  signal: AbortSignal,
): Promise<readonly unknown[]> {
  return withSmallerPages(async (limit) => {
    const bounds = { scheduled_before: new Date(beforeMs).toISOString(), limit };
    const listed = await scheduledFlowRuns(options, bounds, signal);
    const rows = readRows(listed);
    const hidesOthers = listed.length >= limit && rows.every(({ id }) => except.has(id));
    if (!hidesOthers) return listed;
    // The API has no second page. What is due later than all of these may have a queue of lesser priority.
    const times = rows.flatMap(({ next_scheduled_start_time: time }) => time ?? []);
    return scheduledFlowRuns(options, { ...bounds, scheduled_after: times.toSorted().at(-1) }, signal);
  });
}

async function scheduledFlowRuns(
  { client, workPool, workQueues }: LookOptions,
  bounds: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
): Promise<readonly unknown[]> {
  const body = { work_queue_names: workQueues, ...bounds };
  const path = `${workPoolPath(workPool)}/get_scheduled_flow_runs`;
  const name = 'get_scheduled_flow_runs';
  const listed = await client.request({ name, method: 'POST', path, body, answer: scheduledRuns }, signal);
  return listed.map(({ flow_run: run }) => run);
}

/** The list does not show states, and only they tell a run that an agent has put back from one that a user retries. */
async function statesOfRetried(
  client: Prefect3Client,
  rows: readonly FlowRunRow[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, State>> {
  const ids = rows.filter(({ state_name: name }) => name === 'AwaitingRetry').map(({ id }) => id);
  const read = readRows(await readFlowRunRows(client, ids, signal));
  return new Map(read.flatMap(({ id, state }) => (state == null ? [] : [[id, state] as const])));
}
