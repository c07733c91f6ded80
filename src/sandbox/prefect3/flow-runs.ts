import { noteState } from './new-state.ts';
import { proposedState, type StateBody } from './state.ts';
import { newRow, now, placeOf, type Store } from './store.ts';
import type { Deployment, FlowRun, JsonObject } from './tables.ts';

export interface NewFlowRun {
  readonly name?: string | null | undefined;
  readonly parameters?: JsonObject | undefined;
  readonly job_variables?: JsonObject | null | undefined;
  readonly tags?: readonly string[] | undefined;
  /** Default: Scheduled for now. */
  readonly state?: StateBody | null | undefined;
}

const NO_RETRIES = {
  max_retries: 0,
  retry_delay_seconds: 0,
  retries: null,
  retry_delay: null,
  pause_keys: [],
  resuming: false,
  retry_type: null,
};

/** Creates a run of a deployment. */
export function createFlowRun(store: Store, deployment: Deployment, run: NewFlowRun): FlowRun {
  const created = newFlowRun(store, deployment, run);
  store.flowRuns.set(created.id, created);
  noteState(store, created, undefined);
  return created;
}

function newFlowRun(store: Store, deployment: Deployment, run: NewFlowRun): FlowRun {
  const row = newRow(store);
  const proposed = proposedState(run.state ?? { type: 'SCHEDULED' }, now(store));
  proposed.state_details.flow_run_id = row.id;
  const due = proposed.state_details.scheduled_time;
  return {
    ...row,
    name: run.name ?? `flow-run-${store.flowRuns.size + 1}`,
    flow_id: deployment.flow_id,
    deployment_id: deployment.id,
    work_queue_id: deployment.work_queue_id,
    flow_version: null,
    parameters: { ...deployment.parameters, ...run.parameters },
    empirical_policy: NO_RETRIES,
    tags: [...new Set([...deployment.tags, ...(run.tags ?? [])])],
    labels: { 'prefect.flow.id': deployment.flow_id, 'prefect.deployment.id': deployment.id },
    job_variables: run.job_variables ?? {},
    run_count: 0,
    expected_start_time: due ?? row.created,
    next_scheduled_start_time: due,
    start_time: null,
    end_time: null,
    total_run_time: 0,
    infrastructure_pid: null,
    state: { ...proposed, id: store.newId(), timestamp: row.created },
    lease: undefined,
  };
}

/** A flow run as the API shows it. */
export type FlowRunView = ReturnType<typeof flowRunView>;

export function flowRunView(store: Store, run: FlowRun) {
  const { queue, pool } = placeOf(store, run);
  return {
    ...listedFlowRun(store, run),
    work_queue_name: queue?.name ?? null,
    work_pool_id: pool?.id ?? null,
    work_pool_name: pool?.name ?? null,
    state: run.state,
  };
}

/** A flow run as the list of a work pool's due runs shows it: without its state and the names of where it belongs. */
export function listedFlowRun(store: Store, { lease, ...run }: FlowRun) {
  const nowMs = store.clock.now();
  const startMs = run.start_time === null ? nowMs : Date.parse(run.start_time);
  const runningMs = run.state.type === 'RUNNING' ? nowMs - Date.parse(run.state.timestamp) : 0;
  return {
    ...run,
    deployment_version: null,
    work_queue_name: null,
    idempotency_key: null,
    context: {},
    parent_task_run_id: null,
    state_id: run.state.id,
    state_type: run.state.type,
    state_name: run.state.name,
    estimated_run_time: run.total_run_time + runningMs / 1000,
    estimated_start_time_delta: Math.max(0, (startMs - Date.parse(run.expected_start_time)) / 1000),
    auto_scheduled: false,
    infrastructure_document_id: null,
    created_by: null,
    state: null,
  };
}
