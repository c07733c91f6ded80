import * as z from 'zod/mini';
import { activeSlots } from './concurrency.ts';
import { find, isPrefect2, newRow, now, placeOf, type Store } from './store.ts';
import type { Deployment } from './tables.ts';
import { poolNamed, queueNamed, wasPolled } from './work-pools.ts';

const object = z.record(z.string(), z.unknown());

const members = {
  paused: z.optional(z.boolean()),
  concurrency_limit: z.nullish(z.int().check(z.gt(0))),
  concurrency_options: z.nullish(
    z.strictObject({
      collision_strategy: z.enum(['ENQUEUE', 'CANCEL_NEW']),
    }),
  ),
  job_variables: z.nullish(object),
  parameters: z.nullish(object),
  tags: z.optional(z.array(z.string())),
  description: z.nullish(z.string()),
  version: z.nullish(z.string()),
  path: z.nullish(z.string()),
  entrypoint: z.nullish(z.string()),
  pull_steps: z.nullish(z.array(z.unknown())),
  parameter_openapi_schema: z.nullish(object),
  enforce_parameter_schema: z.optional(z.boolean()),
  work_pool_name: z.nullish(z.string()),
  work_queue_name: z.nullish(z.string()),
};

export const newDeployment = z.strictObject({ ...members, name: z.string(), flow_id: z.guid() });
export const deploymentChange = z.strictObject(members);

/** Creates a deployment, or changes the one that its flow has under that name. */
export function upsertDeployment(
  store: Store,
  { name, flow_id, ...body }: z.infer<typeof newDeployment>,
): { readonly deployment: Deployment; readonly isNew: boolean } {
  const known = find(store.deployments.values(), (other) => other.flow_id === flow_id && other.name === name);
  const deployment = known ?? { ...newRow(store), ...NOTHING, name, flow_id };
  changeDeployment(store, deployment, body);
  store.deployments.set(deployment.id, deployment);
  return { deployment, isNew: known === undefined };
}

/** Changes those members that are given. @throws Refusal when its pool or queue does not exist */
export function changeDeployment(
  store: Store,
  deployment: Deployment,
  { work_pool_name: poolName, work_queue_name: queueName, ...body }: z.infer<typeof deploymentChange>,
): void {
  if (poolName != null || queueName != null) {
    const pool = poolNamed(store, poolName ?? placeOf(store, deployment).pool?.name ?? '');
    deployment.work_queue_id =
      queueName == null ? pool.default_queue_id : queueNamed(store, pool, queueName).id;
  }
  const { concurrency_limit: limit = deployment.limit, ...rest } = body;
  deployment.limit = limit;
  const given = Object.entries(rest).filter(([, value]) => value !== undefined);
  Object.assign(deployment, Object.fromEntries(given), { updated: now(store) });
}

/** Deletes a deployment, and its runs that have not begun. */
export function deleteDeployment(store: Store, { id }: Deployment): void {
  store.deployments.delete(id);
  for (const run of store.flowRuns.values()) {
    if (run.deployment_id === id && run.state.type === 'SCHEDULED') store.flowRuns.delete(run.id);
  }
}

export function deploymentView(store: Store, { limit, ...deployment }: Deployment) {
  const { queue, pool } = placeOf(store, deployment);
  const { job_variables: jobVariables, ...rest } = deployment;
  return {
    ...rest,
    // Prefect 2 takes them under both names, and shows the older one.
    [isPrefect2(store) ? 'infra_overrides' : 'job_variables']: jobVariables,
    schedules: [],
    concurrency_limit: null,
    global_concurrency_limit: limit === null ? null : limitView(store, { limit, ...deployment }),
    labels: { 'prefect.flow.id': deployment.flow_id },
    work_queue_name: queue?.name ?? null,
    work_pool_name: pool?.name ?? null,
    storage_document_id: null,
    infrastructure_document_id: null,
    created_by: null,
    updated_by: null,
    status: wasPolled(store, deployment) ? 'READY' : 'NOT_READY',
  };
}

function limitView(store: Store, deployment: Deployment) {
  const { id, created, updated, limit } = deployment;
  return {
    ...{ id, created, updated, limit },
    active: true,
    name: `deployment:${id}`,
    active_slots: activeSlots(store, deployment),
    slot_decay_per_second: 0,
  };
}

const NOTHING = {
  work_queue_id: null,
  paused: false,
  limit: null,
  concurrency_options: null,
  job_variables: {},
  parameters: {},
  tags: [],
  description: null,
  version: null,
  path: null,
  entrypoint: null,
  pull_steps: [],
  parameter_openapi_schema: {},
  enforce_parameter_schema: true,
  last_polled: null,
} as const;
