import { find, newRow, type Store } from './store.ts';
import { notFound } from './refusal.ts';
import type { JsonObject, WorkPool, WorkQueue } from './tables.ts';

export interface NewWorkPool {
  readonly name: string;
  readonly description?: string | null | undefined;
  readonly type?: string | undefined;
  readonly base_job_template?: JsonObject | undefined;
  readonly is_paused?: boolean | undefined;
  readonly concurrency_limit?: number | null | undefined;
}

export interface NewWorkQueue {
  readonly name: string;
  readonly description?: string | null | undefined;
  readonly is_paused?: boolean | undefined;
  readonly concurrency_limit?: number | null | undefined;
  readonly priority?: number | null | undefined;
}

/** Creates a pool with its default queue. */
export function createWorkPool(store: Store, pool: NewWorkPool): WorkPool {
  const row = newRow(store);
  const queue = { name: 'default', description: "The work pool's default queue." };
  const created: WorkPool = {
    ...row,
    name: pool.name,
    description: pool.description ?? null,
    type: pool.type ?? 'ecs',
    base_job_template: pool.base_job_template ?? {},
    is_paused: pool.is_paused ?? false,
    concurrency_limit: pool.concurrency_limit ?? null,
    default_queue_id: createWorkQueue(store, row.id, queue).id,
  };
  store.pools.set(created.id, created);
  return created;
}

export function createWorkQueue(store: Store, poolId: string, queue: NewWorkQueue): WorkQueue {
  const last = Math.max(0, ...queuesOf(store, poolId).map(({ priority }) => priority));
  const created: WorkQueue = {
    ...newRow(store),
    name: queue.name,
    description: queue.description ?? '',
    work_pool_id: poolId,
    is_paused: queue.is_paused ?? false,
    concurrency_limit: queue.concurrency_limit ?? null,
    priority: last + 1,
    last_polled: null,
  };
  store.queues.set(created.id, created);
  if (queue.priority != null) prioritize(store, created, queue.priority);
  return created;
}

/** Gives a queue a priority; those that come after it make room. */
export function prioritize(store: Store, queue: WorkQueue, priority: number): void {
  queue.priority = priority;
  let taken = priority;
  for (const other of queuesOf(store, queue.work_pool_id)) {
    if (other !== queue && other.priority === taken) other.priority = taken += 1;
  }
}

/** The queues of a pool, those that come first at the front. */
export function queuesOf(store: Store, poolId: string): readonly WorkQueue[] {
  return [...store.queues.values()]
    .filter(({ work_pool_id: id }) => id === poolId)
    .sort((a, b) => a.priority - b.priority);
}

/** @throws Refusal when there is none */
export function poolNamed(store: Store, name: string): WorkPool {
  const pool = find(store.pools.values(), (candidate) => candidate.name === name);
  if (pool === undefined) throw notFound(`Work pool "${name}" not found.`);
  return pool;
}

/** @throws Refusal when there is none */
export function queueNamed(store: Store, pool: WorkPool, name: string): WorkQueue {
  const queue = queuesOf(store, pool.id).find((candidate) => candidate.name === name);
  if (queue === undefined) throw notFound(`Work pool queue '${pool.name}/${name}' not found.`);
  return queue;
}

export function poolView(store: Store, pool: WorkPool) {
  const nowMs = store.clock.now();
  const isOnline = [...store.workers.values()].some(
    (worker) =>
      worker.work_pool_id === pool.id &&
      Date.parse(worker.last_heartbeat_time) + 3000 * worker.heartbeat_interval_seconds > nowMs,
  );
  return {
    ...pool,
    status: pool.is_paused ? 'PAUSED' : isOnline ? 'READY' : 'NOT_READY',
    storage_configuration: {
      bundle_upload_step: null,
      bundle_execution_step: null,
      default_result_storage_block_id: null,
    },
    active_slots: pool.concurrency_limit === null ? null : activeRuns(store, queuesOf(store, pool.id)),
  };
}

export function queueView(store: Store, queue: WorkQueue) {
  return {
    ...queue,
    filter: null,
    work_pool_name: store.pools.get(queue.work_pool_id)?.name ?? null,
    status: queue.is_paused ? 'PAUSED' : wasPolled(store, queue) ? 'READY' : 'NOT_READY',
    active_slots: queue.concurrency_limit === null ? null : activeRuns(store, [queue]),
  };
}

/** Whether somebody has asked for the due runs in the last minute. */
export function wasPolled(
  store: Store,
  { last_polled: at }: { readonly last_polled: string | null },
): boolean {
  return at !== null && Date.parse(at) + 60_000 > store.clock.now();
}

/** How many runs of some queues count for their limits. */
export function activeRuns(store: Store, queues: readonly WorkQueue[]): number {
  const ids = new Set(queues.map(({ id }) => id));
  let count = 0;
  for (const { work_queue_id: id, state } of store.flowRuns.values()) {
    if (ids.has(id ?? '') && (state.type === 'PENDING' || state.type === 'RUNNING')) count += 1;
  }
  return count;
}
