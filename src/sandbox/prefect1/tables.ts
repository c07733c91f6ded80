import type { SerializedState } from './state.ts';

// Types, not interfaces: only those can be read as `Row`, column by column.

/** An instant as Hasura prints it: UTC, `+00:00`, here to the millisecond. Two of them compare as strings. */
export type Timestamptz = string;

/** @throws RangeError when `instant` is no instant. */
export function timestamptz(instant: string | number): Timestamptz {
  return new Date(instant).toISOString().replace('Z', '+00:00');
}

type Columns = {
  readonly id: string;
  readonly created: Timestamptz;
  updated: Timestamptz;
};

type TenantColumns = Columns & {
  readonly tenant_id: string;
};

/** The columns that follow a run's current state. */
type RunColumns = TenantColumns & {
  name: string | null;
  version: number;
  heartbeat: Timestamptz | null;
  start_time: Timestamptz | null;
  end_time: Timestamptz | null;
  state: string;
  state_timestamp: Timestamptz;
  state_message: string | null;
  readonly state_result: null;
  state_start_time: Timestamptz | null;
  serialized_state: SerializedState;
};

export type FlowRun = RunColumns & {
  readonly flow_id: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly context: Readonly<Record<string, unknown>>;
  readonly labels: readonly string[];
  readonly run_config: Readonly<Record<string, unknown>> | null;
  readonly scheduled_start_time: Timestamptz;
  readonly auto_scheduled: boolean;
  readonly times_resurrected: number;
  readonly idempotency_key: string | null;
  agent_id: string | null;
};

export type TaskRun = RunColumns & {
  readonly flow_run_id: string;
  readonly task_id: string;
  readonly map_index: number;
  readonly cache_key: string | null;
};

export type Flow = TenantColumns & {
  readonly project_id: string;
  readonly flow_group_id: string;
  readonly name: string;
  readonly version: number;
  readonly version_group_id: string;
  readonly archived: boolean;
  readonly core_version: string;
  readonly description: string | null;
  readonly environment: Readonly<Record<string, unknown>> | null;
  readonly run_config: Readonly<Record<string, unknown>> | null;
  readonly storage: Readonly<Record<string, unknown>> | null;
  readonly parameters: readonly unknown[];
  readonly serialized_flow: unknown;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly schedule: unknown;
  readonly is_schedule_active: boolean;
};

type Task = TenantColumns & {
  readonly flow_id: string;
  readonly name: string | null;
  readonly slug: string;
  readonly type: string | null;
  readonly mapped: boolean;
  readonly cache_key: string | null;
  readonly tags: readonly string[];
  readonly max_retries: number;
};

export type Project = {
  readonly id: string;
  readonly name: string;
};

export type Agent = TenantColumns & {
  readonly agent_config_id: string | null;
  readonly name: string | null;
  readonly type: string;
  readonly core_version: string | null;
  readonly labels: readonly string[];
  last_queried: Timestamptz | null;
};

export type AgentConfig = TenantColumns & {
  readonly name: string | null;
  readonly settings: Readonly<Record<string, unknown>>;
};

export type Tenant = Columns & {
  readonly name: string;
  readonly slug: string;
  readonly info: Readonly<Record<string, unknown>>;
  readonly settings: Readonly<Record<string, unknown>>;
};

type RowTypes = {
  readonly flow_run: FlowRun;
  readonly task_run: TaskRun;
  readonly flow: Flow;
  readonly task: Task;
  readonly project: Project;
  readonly agent: Agent;
  readonly agent_config: AgentConfig;
  readonly tenant: Tenant;
};

export type TableName = keyof RowTypes;

/** Every table by its Hasura name: rows by id, in the order of their creation. */
export type Tables = { readonly [Name in TableName]: Map<string, RowTypes[Name]> };

export function emptyTables(): Tables {
  return {
    flow_run: new Map(),
    task_run: new Map(),
    flow: new Map(),
    task: new Map(),
    project: new Map(),
    agent: new Map(),
    agent_config: new Map(),
    tenant: new Map(),
  };
}
