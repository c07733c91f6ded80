import * as z from 'zod/mini';
import { placeOf, type Store } from './store.ts';
import type { FlowRun } from './tables.ts';

/** null and absent members of a filter let everything pass; an empty `any_` nothing. */
const chosen = z.nullish(z.strictObject({ any_: z.nullish(z.array(z.string())) }));

type Chosen = z.infer<typeof chosen>;

/** The filter of a request for flows, deployments or work pools by what they are. */
export const identified = z.nullish(z.strictObject({ id: chosen, name: chosen }));

/** The filters of a request for flow runs. */
export const flowRunFilters = z.strictObject({
  flow_runs: z.nullish(
    z.strictObject({
      id: chosen,
      state: z.nullish(z.strictObject({ type: chosen })),
      start_time: z.nullish(z.strictObject({ is_null_: z.nullish(z.boolean()) })),
    }),
  ),
  work_pools: z.optional(identified),
});

type Filters = z.infer<typeof flowRunFilters>;

/** Whether a row has one of the ids and names that were asked for. */
export function isIdentified(
  row: { readonly id: string; readonly name: string } | undefined,
  filter: z.infer<typeof identified>,
): boolean {
  return isChosen(row?.id, filter?.id) && isChosen(row?.name, filter?.name);
}

/** The flow runs that pass, in no certain order. */
export function flowRunsThatPass(store: Store, asked: Filters): readonly FlowRun[] {
  const ids = asked.flow_runs?.id?.any_;
  // Who asks for certain runs does not wait for all the others to be looked at.
  const candidates =
    ids == null
      ? [...store.flowRuns.values()]
      : [...new Set(ids)].flatMap((id) => store.flowRuns.get(id) ?? []);
  return candidates.filter(
    (run) => passes(run, asked.flow_runs) && isIdentified(placeOf(store, run).pool, asked.work_pools),
  );
}

function passes(run: FlowRun, filter: Filters['flow_runs']): boolean {
  const isNull = filter?.start_time?.is_null_;
  return (
    isChosen(run.state.type, filter?.state?.type) && (isNull == null || isNull === (run.start_time === null))
  );
}

function isChosen(value: string | undefined, filter: Chosen): boolean {
  const { any_: any } = filter ?? {};
  return any == null || (value !== undefined && any.includes(value));
}

export const sort = z.enum(['ID_DESC', 'EXPECTED_START_TIME_ASC']);

/** Sorts as the database does: equal runs by their id. */
export function sorted(runs: readonly FlowRun[], by: z.infer<typeof sort>): readonly FlowRun[] {
  const timeOf = (run: FlowRun) => (by === 'ID_DESC' ? 0 : Date.parse(run.expected_start_time));
  return runs.toSorted((a, b) => timeOf(a) - timeOf(b) || (a.id < b.id ? 1 : -1));
}
