import * as z from 'zod/mini';
import { listedFlowRun } from './flow-runs.ts';
import { limitOf } from './page.ts';
import { now, type Store } from './store.ts';
import type { FlowRun, WorkPool, WorkQueue } from './tables.ts';
import { moment } from './time.ts';
import { activeRuns, queueNamed, queuesOf } from './work-pools.ts';

export const scheduledRunsQuery = z.object({
  work_queue_names: z.nullish(z.array(z.string())),
  scheduled_before: z.nullish(moment),
  scheduled_after: z.nullish(moment),
  limit: z.nullish(z.int()),
});

/**
 * The due runs of a pool, as many as its limits and those of its queues leave room for. Nothing is claimed by it.
 * @throws Refusal when a queue does not exist, or the limit is beyond the API's
 */
export function scheduledRuns(store: Store, pool: WorkPool, query: z.infer<typeof scheduledRunsQuery>) {
  const limit = limitOf(query.limit);
  const names = query.work_queue_names ?? [];
  const all = queuesOf(store, pool.id);
  const queues =
    names.length === 0
      ? all
      : all.filter((queue) => names.map((name) => queueNamed(store, pool, name)).includes(queue));
  for (const queue of queues) queue.last_polled = now(store);
  if (pool.is_paused) return [];
  const room = roomIn(store, pool.concurrency_limit, all);
  return queues
    .flatMap((queue) => dueIn(store, queue, query).map((run) => ({ queue, run })))
    .slice(0, Math.min(limit, room))
    .map(({ queue, run }) => {
      const deployment = store.deployments.get(run.deployment_id ?? '');
      if (deployment !== undefined) deployment.last_polled = now(store);
      return { work_pool_id: pool.id, work_queue_id: queue.id, flow_run: listedFlowRun(store, run) };
    });
}

function dueIn(
  store: Store,
  queue: WorkQueue,
  query: z.infer<typeof scheduledRunsQuery>,
): readonly FlowRun[] {
  if (queue.is_paused) return [];
  const before = query.scheduled_before == null ? Infinity : Date.parse(query.scheduled_before);
  const after = query.scheduled_after == null ? -Infinity : Date.parse(query.scheduled_after);
  return [...store.flowRuns.values()]
    .filter((run) => run.work_queue_id === queue.id && run.state.type === 'SCHEDULED')
    .map((run) => ({ run, dueMs: Date.parse(run.next_scheduled_start_time ?? '') }))
    .filter(({ dueMs }) => dueMs <= before && dueMs >= after)
    .sort((a, b) => a.dueMs - b.dueMs)
    .map(({ run }) => run)
    .slice(0, roomIn(store, queue.concurrency_limit, [queue]));
}

/** How many more runs a limit of some queues allows. */
function roomIn(store: Store, limit: number | null, queues: readonly WorkQueue[]): number {
  return limit === null ? Infinity : Math.max(0, limit - activeRuns(store, queues));
}
