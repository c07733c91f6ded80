import type { Look, LookQuery, UnreadableRun } from '../agent/prefect-backend.ts';
import type { Prefect1Client } from './client.ts';
import type { Clock } from '../clock.ts';
import type { Prefect1FlowRun } from './flow-run.ts';
import type { Logger } from '../logger.ts';
import { FLOW_RUNS, GET_RUNS_IN_QUEUE, QUEUED_BEYOND } from './operations.ts';
import { readFlowRun } from './read-flow-run.ts';
import { timestamp } from './states.ts';

/** The queue answers no more runs than this, and has no second page. */
const QUEUE_PAGE = 25;

/** A task run counts as due this much after its start time, in milliseconds; from the genuine agent. */
const TASK_RUN_GRACE_MS = 3000;

type TenantQuery = LookQuery & { readonly tenantId: string };

export interface LookOptions {
  readonly client: Prefect1Client;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Asks the queue for due runs, then reads them: two requests, one when nothing is due. */
export async function lookForFlowRuns(
  { client, clock, logger }: LookOptions,
  query: TenantQuery,
  signal: AbortSignal,
): Promise<Look<Prefect1FlowRun>> {
  const ids = await queuedIds(client, query, logger, signal);
  if (ids.length === 0) return { runs: [], unreadable: [] };
  logger.debug(`Retrieving metadata for ${ids.length} flow run(s)...`);
  const nowMs = clock.now();
  const variables = { ids, taskRunsBefore: timestamp(nowMs - TASK_RUN_GRACE_MS) };
  const { flow_run: rows } = await client.request(FLOW_RUNS, variables, signal);
  const runs: Prefect1FlowRun[] = [];
  const unreadable: UnreadableRun[] = [];
  for (const row of rows) {
    const read = readFlowRun(row, nowMs);
    if (read === undefined) continue;
    if ('run' in read) runs.push(read.run);
    else unreadable.push(read.unreadable);
  }
  // As instants: the genuine agent compares texts, and 10:00+00:00 is not before 11:00+02:00.
  runs.sort((a, b) => a.startTimeMs - b.startTimeMs);
  return { runs, unreadable };
}

async function queuedIds(
  client: Prefect1Client,
  query: TenantQuery,
  logger: Logger,
  signal: AbortSignal,
): Promise<string[]> {
  const { labels, beforeMs, except, tenantId } = query;
  logger.debug('Querying for ready flow runs...');
  const input = { before: timestamp(beforeMs), labels: [...labels], tenant_id: tenantId };
  const { get_runs_in_queue: queue } = await client.request(GET_RUNS_IN_QUEUE, { input }, signal);
  const ids = queue?.flow_run_ids ?? [];
  const known = ids.filter((id) => except.has(id));
  const fresh = ids.filter((id) => !except.has(id)).slice(0, QUEUE_PAGE);
  const alreadySubmitting =
    known.length > 0 ? ` (${known.length} already being submitted: [${known.join(', ')}])` : '';
  if (fresh.length > 0)
    logger.debug(`Found ${fresh.length} ready flow run(s): [${fresh.join(', ')}]${alreadySubmitting}`);
  else logger.debug(`No ready flow runs found.${alreadySubmitting}`);
  const hidesOthers = fresh.length === 0 && known.length >= QUEUE_PAGE;
  return hidesOthers ? idsBeyondQueue(client, query, signal) : fresh;
}

/** A full queue of runs that nothing can be done about must not hide the ones behind them. */
async function idsBeyondQueue(
  client: Prefect1Client,
  { labels, beforeMs, except, tenantId }: TenantQuery,
  signal: AbortSignal,
): Promise<string[]> {
  const variables = { tenantId, before: timestamp(beforeMs), except: [...except], labels: [...labels] };
  const { flow_run: rows } = await client.request(QUEUED_BEYOND, variables, signal);
  // A run without labels is contained in any set of labels, but only an agent without labels may take it.
  return rows.filter((row) => hasLabels(row.labels) === labels.length > 0).map(({ id }) => id);
}

function hasLabels(labels: unknown): boolean {
  return Array.isArray(labels) && labels.length > 0;
}
