import * as z from 'zod/mini';
import { Refusal } from './refusal.ts';
import { created, noContent, ok, route, type Route, routeWithBody } from './route.ts';
import { scheduledRuns, scheduledRunsQuery } from './scheduled-runs.ts';
import { find, newRow, now, type Store } from './store.ts';
import type { WorkPool } from './tables.ts';
import {
  createWorkPool,
  createWorkQueue,
  poolNamed,
  poolView,
  prioritize,
  queueNamed,
  queueView,
} from './work-pools.ts';

const limits = {
  description: z.nullish(z.string()),
  is_paused: z.optional(z.boolean()),
  concurrency_limit: z.nullish(z.int().check(z.gte(0))),
};
const template = z.optional(z.record(z.string(), z.unknown()));

const newPool = z.strictObject({
  ...limits,
  name: z.string(),
  type: z.optional(z.string()),
  base_job_template: template,
});
const poolChange = z.strictObject({ ...limits, base_job_template: template });
const newQueue = z.strictObject({
  ...limits,
  name: z.string(),
  priority: z.nullish(z.int().check(z.gte(1))),
});
const queueChange = z.strictObject({ ...limits, priority: z.nullish(z.int().check(z.gte(1))) });

const heartbeat = z.object({
  name: z.string(),
  heartbeat_interval_seconds: z.nullish(z.int()),
});

const nameOf = ({ params }: { readonly params: Readonly<Record<string, string>> }): string =>
  decodeURIComponent(params['name'] ?? '');

export function workPoolRoutes(store: Store): readonly Route[] {
  return [
    routeWithBody('POST /work_pools/', newPool, (body) => {
      if (find(store.pools.values(), ({ name }) => name === body.name)) {
        throw new Refusal(409, { detail: 'A work pool with this name already exists.' });
      }
      return created(poolView(store, createWorkPool(store, body)));
    }),
    route('GET /work_pools/{name}', (request) => ok(poolView(store, poolNamed(store, nameOf(request))))),
    routeWithBody('PATCH /work_pools/{name}', poolChange, (body, request) => {
      Object.assign(poolNamed(store, nameOf(request)), body, { updated: now(store) });
      return noContent;
    }),
    routeWithBody('POST /work_pools/{name}/get_scheduled_flow_runs', scheduledRunsQuery, (body, request) =>
      ok(scheduledRuns(store, poolNamed(store, nameOf(request)), body)),
    ),
    routeWithBody('POST /work_pools/{name}/workers/heartbeat', heartbeat, (body, request) => {
      beat(store, poolNamed(store, nameOf(request)), body.name, body.heartbeat_interval_seconds ?? 30);
      return noContent;
    }),
    ...workQueueRoutes(store),
  ];
}

function workQueueRoutes(store: Store): readonly Route[] {
  return [
    routeWithBody('POST /work_pools/{name}/queues', newQueue, (body, request) => {
      const { id } = poolNamed(store, nameOf(request));
      return created(queueView(store, createWorkQueue(store, id, body)));
    }),
    routeWithBody('PATCH /work_pools/{name}/queues/{queue}', queueChange, (body, request) => {
      const pool = poolNamed(store, nameOf(request));
      const queue = queueNamed(store, pool, decodeURIComponent(request.params['queue'] ?? ''));
      const { priority, ...rest } = body;
      Object.assign(queue, rest, { updated: now(store) });
      if (priority != null) prioritize(store, queue, priority);
      return noContent;
    }),
  ];
}

function beat(store: Store, { id: poolId }: WorkPool, name: string, intervalSeconds: number): void {
  const heard = { last_heartbeat_time: now(store), heartbeat_interval_seconds: intervalSeconds };
  const known = find(
    store.workers.values(),
    (worker) => worker.work_pool_id === poolId && worker.name === name,
  );
  const worker = { ...(known ?? { ...newRow(store), name, work_pool_id: poolId }), ...heard };
  store.workers.set(worker.id, worker);
}
