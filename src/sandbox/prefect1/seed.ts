import { setFlowRunState } from './set-state.ts';
import { loadState } from './state.ts';
import { now } from './store.ts';
import type { Store } from './store.ts';
import { timestamptz } from './tables.ts';
import type { AgentConfig, Flow, FlowRun, Project, TaskRun, Tenant } from './tables.ts';

type JsonObject = Readonly<Record<string, unknown>>;

interface NewTask {
  /** Unique in its flow, such as "extract-1". */
  readonly slug: string;
  /** Default: the slug. */
  readonly name?: string | undefined;
  readonly type?: string | undefined;
  readonly mapped?: boolean | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly maxRetries?: number | undefined;
  readonly cacheKey?: string | undefined;
}

export interface NewFlow {
  readonly name: string;
  /** Default: no tasks. */
  readonly tasks?: readonly NewTask[] | undefined;
  readonly storage?: JsonObject | undefined;
  readonly runConfig?: JsonObject | undefined;
  readonly environment?: JsonObject | undefined;
  readonly parameters?: readonly JsonObject[] | undefined;
  readonly coreVersion?: string | undefined;
  /** Default "default"; made when it is new. */
  readonly project?: string | undefined;
  /** Default: the first tenant, made when there is none. */
  readonly tenantId?: string | undefined;
}

export interface NewFlowRun {
  readonly flowId: string;
  /** ISO 8601. Default: now. */
  readonly startTime?: string | undefined;
  /** Default: those of the run config, else of the flow's environment. */
  readonly labels?: readonly string[] | undefined;
  /** Default: the flow's. */
  readonly runConfig?: JsonObject | undefined;
  readonly parameters?: JsonObject | undefined;
  readonly name?: string | undefined;
  /** Any serialized state, taken as it is given. Default: Scheduled at `startTime`. */
  readonly state?: unknown;
}

export function createTenant(store: Store, name = 'default'): Tenant {
  const tenant = { ...newRow(store), name, slug: name, info: {}, settings: {} };
  store.tables.tenant.set(tenant.id, tenant);
  return tenant;
}

export function createAgentConfig(store: Store, settings: JsonObject): AgentConfig {
  const config = { ...newRow(store), tenant_id: firstTenant(store).id, name: null, settings };
  store.tables.agent_config.set(config.id, config);
  return config;
}

export function createFlow(store: Store, flow: NewFlow): Flow {
  const tenantId = flow.tenantId ?? firstTenant(store).id;
  const row: Flow = {
    ...newRow(store),
    tenant_id: tenantId,
    project_id: project(store, flow.project ?? 'default').id,
    flow_group_id: store.newId(),
    name: flow.name,
    version: 1,
    version_group_id: store.newId(),
    archived: false,
    core_version: flow.coreVersion ?? '1.4.1',
    description: null,
    environment: flow.environment ?? null,
    run_config: flow.runConfig ?? null,
    storage: flow.storage ?? null,
    parameters: flow.parameters ?? [],
    serialized_flow: null,
    settings: { heartbeat_enabled: true },
    schedule: null,
    is_schedule_active: false,
  };
  store.tables.flow.set(row.id, row);
  for (const task of flow.tasks ?? []) createTask(store, row, task);
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
    labels: [...(run.labels ?? labelsOf(runConfig) ?? labelsOf(flow.environment) ?? [])].sort(),
    run_config: runConfig,
    scheduled_start_time: timestamptz(startTime),
    auto_scheduled: false,
    times_resurrected: 0,
    idempotency_key: null,
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
  const flowRun = store.tables.flow_run.get(flowRunId);
  const task = store.tables.task.get(taskId);
  if (flowRun === undefined || task === undefined) throw new RangeError('Invalid task ID');
  const row: TaskRun = {
    ...newRun(store, 'Task run created'),
    tenant_id: flowRun.tenant_id,
    flow_run_id: flowRunId,
    task_id: taskId,
    map_index: mapIndex,
    name: null,
    cache_key: task.cache_key,
  };
  store.tables.task_run.set(row.id, row);
  return row;
}

function createTask(store: Store, flow: Flow, task: NewTask): void {
  const row = {
    ...newRow(store),
    tenant_id: flow.tenant_id,
    flow_id: flow.id,
    name: task.name ?? task.slug,
    slug: task.slug,
    type: task.type ?? null,
    mapped: task.mapped ?? false,
    cache_key: task.cacheKey ?? null,
    tags: task.tags ?? [],
    max_retries: task.maxRetries ?? 0,
  };
  store.tables.task.set(row.id, row);
}

function firstTenant(store: Store): Tenant {
  const [tenant] = store.tables.tenant.values();
  return tenant ?? createTenant(store);
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

/** The columns that every row begins with. */
export function newRow(store: Store): { readonly id: string; readonly created: string; updated: string } {
  const created = now(store);
  return { id: store.newId(), created, updated: created };
}

function newRun(store: Store, message: string) {
  const row = newRow(store);
  return {
    ...row,
    version: 0,
    heartbeat: null,
    start_time: null,
    end_time: null,
    state: 'Pending',
    state_timestamp: row.created,
    state_message: message,
    state_result: null,
    state_start_time: null,
    serialized_state: loadState({ type: 'Pending', message }, row.created),
  };
}
