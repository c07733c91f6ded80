import type { SerializedState } from './state.ts';

// Types, not interfaces: only those can be read as `Row`, column by column.

/** An instant as Hasura prints it: UTC, `+00:00`, here to the millisecond. Two of them compare as strings. */
export type Timestamptz = string;

/** @throws RangeError when `instant` is no instant. */
export function timestamptz(instant: string | number): Timestamptz {
  return new Date(instant).toISOString().replace('Z', '+00:00');
}

/** The columns that follow a run's current state. */
type RunColumns = {
  readonly id: string;
  name: string | null;
  version: number;
  start_time: Timestamptz | null;
  state: string;
  state_timestamp: Timestamptz;
  state_message: string | null;
  state_start_time: Timestamptz | null;
  serialized_state: SerializedState;
};

export type FlowRun = RunColumns & {
  readonly tenant_id: string;
  readonly flow_id: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly context: Readonly<Record<string, unknown>>;
  readonly labels: readonly string[];
  readonly run_config: Readonly<Record<string, unknown>> | null;
  readonly scheduled_start_time: Timestamptz;
  agent_id: string | null;
};

export type TaskRun = RunColumns & {
  readonly flow_run_id: string;
  readonly task_id: string;
  readonly map_index: number;
};

export type Flow = {
  readonly id: string;
  readonly tenant_id: string;
  readonly project_id: string;
  readonly name: string;
  readonly version: number;
  readonly core_version: string;
  readonly environment: null;
  readonly run_config: Readonly<Record<string, unknown>> | null;
  readonly storage: Readonly<Record<string, unknown>> | null;
  readonly settings: Readonly<Record<string, unknown>>;
};

type Task = {
  readonly id: string;
  readonly flow_id: string;
  readonly slug: string;
};

export type Project = {
  readonly id: string;
  readonly name: string;
};

export type Agent = {
  readonly id: string;
  readonly tenant_id: string;
  readonly name: string | null;
  readonly type: string;
  readonly core_version: string | null;
  readonly labels: readonly string[];
  last_queried: Timestamptz | null;
};

export type AgentConfig = {
  readonly id: string;
  readonly settings: Readonly<Record<string, unknown>>;
};

export type Tenant = {
  readonly id: string;
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
