import { setFlowRunState } from './set-state.ts';
import { loadState } from './state.ts';
import { now } from './store.ts';
import type { Store } from './store.ts';
import { timestamptz } from './tables.ts';
import type { AgentConfig, Flow, FlowRun, Project, TaskRun, Tenant } from './tables.ts';

type JsonObject = Readonly<Record<string, unknown>>;

export interface NewFlow {
  readonly name: string;
  /** Their slugs are unique in the flow, such as "extract-1". Default: no tasks. */
  readonly tasks?: readonly { readonly slug: string }[] | undefined;
  readonly storage?: JsonObject | undefined;
  readonly runConfig?: JsonObject | undefined;
  /** Default "1.4.1". */
  readonly coreVersion?: string | undefined;
  /** Default "default"; made when it is new. */
  readonly project?: string | undefined;
}

export interface NewFlowRun {
  readonly flowId: string;
  /** ISO 8601. Default: now. */
  readonly startTime?: string | undefined;
  /** Default: those of the run config. */
  readonly labels?: readonly string[] | undefined;
  /** Default: the flow's. */
  readonly runConfig?: JsonObject | undefined;
  readonly parameters?: JsonObject | undefined;
  readonly name?: string | undefined;
  /** Any serialized state, taken as it is given. Default: Scheduled at `startTime`. */
  readonly state?: unknown;
}

export function createTenant(store: Store): Tenant {
  const tenant = { id: store.newId() };
  store.tables.tenant.set(tenant.id, tenant);
  return tenant;
}

export function createAgentConfig(store: Store, settings: JsonObject): AgentConfig {
  const config = { id: store.newId(), settings };
  store.tables.agent_config.set(config.id, config);
  return config;
}

/** Registers a flow of the first tenant, which is made when there is none. */
export function createFlow(store: Store, flow: NewFlow): Flow {
  const [tenant] = store.tables.tenant.values();
  const row: Flow = {
    id: store.newId(),
    tenant_id: (tenant ?? createTenant(store)).id,
    project_id: project(store, flow.project ?? 'default').id,
    name: flow.name,
    version: 1,
    core_version: flow.coreVersion ?? '1.4.1',
    environment: null,
    run_config: flow.runConfig ?? null,
    storage: flow.storage ?? null,
    settings: { heartbeat_enabled: true },
  };
  store.tables.flow.set(row.id, row);
  for (const { slug } of flow.tasks ?? []) {
    const task = { id: store.newId(), flow_id: row.id, slug };
    store.tables.task.set(task.id, task);
  }
  return row;
}

/** Creates a flow run and, as the genuine server does, a task run for each task of its flow. */
export function createFlowRun(store: Store, run: NewFlowRun): FlowRun {
  const flow = store.tables.flow.get(run.flowId);
  if (flow === undefined) throw new RangeError(`Expected the id of a flow, got ${run.flowId}`);
  const startTime = run.startTime ?? now(store);
  const runConfig = run.runConfig ?? flow.run_config;
  const row: FlowRun = {
    ...newRun(store, 'Flow run created'),
    tenant_id: flow.tenant_id,
    flow_id: flow.id,
    name: run.name ?? `${flow.name}-${store.tables.flow_run.size + 1}`,
    parameters: run.parameters ?? {},
    context: {},
    labels: [...(run.labels ?? labelsOf(runConfig) ?? [])].sort(),
    run_config: runConfig,
    scheduled_start_time: timestamptz(startTime),
    agent_id: null,
  };
  store.tables.flow_run.set(row.id, row);
  for (const task of store.tables.task.values()) {
    if (task.flow_id === flow.id) createTaskRun(store, row.id, task.id, -1);
  }
  const state = run.state ?? { type: 'Scheduled', message: 'Flow run scheduled.', start_time: startTime };
  return setFlowRunState(store, { id: row.id, state });
}

/** @throws RangeError when there is no such flow run or task */
export function createTaskRun(store: Store, flowRunId: string, taskId: string, mapIndex: number): TaskRun {
  if (!store.tables.flow_run.has(flowRunId) || !store.tables.task.has(taskId)) {
    throw new RangeError('Invalid task ID');
  }
  const row: TaskRun = {
    ...newRun(store, 'Task run created'),
    flow_run_id: flowRunId,
    task_id: taskId,
    map_index: mapIndex,
    name: null,
  };
  store.tables.task_run.set(row.id, row);
  return row;
}

function project(store: Store, name: string): Project {
  const known = [...store.tables.project.values()].find((row) => row.name === name);
  const row = known ?? { id: store.newId(), name };
  store.tables.project.set(row.id, row);
  return row;
}

function labelsOf(config: JsonObject | null): readonly string[] | undefined {
  return config?.labels as readonly string[] | undefined;
}

function newRun(store: Store, message: string) {
  const timestamp = now(store);
  return {
    id: store.newId(),
    version: 0,
    start_time: null,
    state: 'Pending',
    state_timestamp: timestamp,
    state_message: message,
    state_start_time: null,
    serialized_state: loadState({ type: 'Pending', message }, timestamp),
  };
}
