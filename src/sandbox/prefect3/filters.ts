import * as z from 'zod/mini';
import { placeOf, type Store } from './store.ts';
import type { FlowRun } from './tables.ts';
import { moment, type Timestamp } from './time.ts';

/** null and absent members of a filter let everything pass; an empty `any_` nothing. */
const chosen = z.nullish(
  z.strictObject({ any_: z.nullish(z.array(z.string())), not_any_: z.nullish(z.array(z.string())) }),
);
const moments = z.nullish(
  z.strictObject({
    before_: z.nullish(moment),
    after_: z.nullish(moment),
    is_null_: z.nullish(z.boolean()),
  }),
);

const named = z.nullish(z.strictObject({ id: chosen, name: chosen }));

export const flowRunFilter = z.nullish(
  z.strictObject({
    id: chosen,
    name: chosen,
    deployment_id: chosen,
    work_queue_name: chosen,
    state: z.nullish(z.strictObject({ type: chosen, name: chosen })),
    start_time: moments,
    expected_start_time: moments,
    next_scheduled_start_time: moments,
  }),
);

const workPoolFilter = z.nullish(z.strictObject({ id: chosen, name: chosen, type: chosen }));

/** The filters of a request for flow runs, flows, deployments or work pools. Those of task runs are not there. */
export const filters = z.object({
  flow_runs: z.optional(flowRunFilter),
  flows: z.optional(named),
  deployments: z.optional(named),
  work_pools: z.optional(workPoolFilter),
  work_pool_queues: z.optional(named),
});

type Filters = z.infer<typeof filters>;
type Chosen = z.infer<typeof chosen>;

/** Whether a row has one of the ids, names and types that were asked for. */
export function isNamed(
  row: { readonly id: string; readonly name: string; readonly type?: string } | undefined,
  filter: { id?: Chosen; name?: Chosen; type?: Chosen } | null | undefined,
): boolean {
  return (
    isChosen(row?.id, filter?.id) && isChosen(row?.name, filter?.name) && isChosen(row?.type, filter?.type)
  );
}

/** The flow runs that pass, in no certain order. */
export function flowRunsThatPass(store: Store, asked: Filters): readonly FlowRun[] {
  const ids = asked.flow_runs?.id?.any_;
  // Who asks for certain runs does not wait for all the others to be looked at.
  const candidates =
    ids == null
      ? [...store.flowRuns.values()]
      : [...new Set(ids)].flatMap((id) => store.flowRuns.get(id) ?? []);
  return candidates.filter((run) => passes(store, run, asked));
}

function passes(store: Store, run: FlowRun, asked: Filters): boolean {
  const { queue, pool } = placeOf(store, run);
  return (
    runPasses(run, queue?.name, asked.flow_runs) &&
    isNamed(pool, asked.work_pools) &&
    isNamed(queue, asked.work_pool_queues) &&
    isNamed(store.flows.get(run.flow_id), asked.flows) &&
    isNamed(store.deployments.get(run.deployment_id ?? ''), asked.deployments)
  );
}

function runPasses(
  run: FlowRun,
  queueName: string | undefined,
  filter: z.infer<typeof flowRunFilter>,
): boolean {
  return (
    isNamed(run, filter) &&
    isChosen(run.deployment_id ?? undefined, filter?.deployment_id) &&
    isChosen(queueName, filter?.work_queue_name) &&
    isChosen(run.state.type, filter?.state?.type) &&
    isChosen(run.state.name, filter?.state?.name) &&
    isWithin(run.start_time, filter?.start_time) &&
    isWithin(run.expected_start_time, filter?.expected_start_time) &&
    isWithin(run.next_scheduled_start_time, filter?.next_scheduled_start_time)
  );
}

function isChosen(value: string | undefined, filter: Chosen): boolean {
  const { any_: any, not_any_: none } = filter ?? {};
  return (
    (any == null || (value !== undefined && any.includes(value))) &&
    (none == null || value === undefined || !none.includes(value))
  );
}

function isWithin(time: Timestamp | null, filter: z.infer<typeof moments>): boolean {
  if (filter == null) return true;
  const { before_: before, after_: after, is_null_: isNull } = filter;
  if (isNull != null && isNull !== (time === null)) return false;
  const ms = time === null ? NaN : Date.parse(time);
  return (before == null || ms <= Date.parse(before)) && (after == null || ms >= Date.parse(after));
}

export const sort = z.enum([
  'ID_DESC',
  'EXPECTED_START_TIME_ASC',
  'EXPECTED_START_TIME_DESC',
  'NEXT_SCHEDULED_START_TIME_ASC',
]);

/** Sorts as the database does: nulls come last, equal runs by their id. */
export function sorted(runs: readonly FlowRun[], by: z.infer<typeof sort>): readonly FlowRun[] {
  const byId = (a: FlowRun, b: FlowRun) => (a.id < b.id ? 1 : -1);
  const timeOf = (run: FlowRun) => {
    const time = by.startsWith('NEXT') ? run.next_scheduled_start_time : run.expected_start_time;
    return time === null ? Infinity : Date.parse(time);
  };
  const direction = by.endsWith('DESC') ? -1 : 1;
  return runs.toSorted((a, b) =>
    by === 'ID_DESC' || timeOf(a) === timeOf(b) ? byId(a, b) : direction * (timeOf(a) - timeOf(b)),
  );
}
