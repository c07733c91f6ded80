import type { State, StateType } from './state.ts';
import type { Timestamp } from './time.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

export interface Row {
  readonly id: string;
  readonly created: Timestamp;
  updated: Timestamp;
}

export interface Flow extends Row {
  readonly name: string;
  readonly tags: readonly string[];
  readonly labels: JsonObject;
}

export interface WorkPool extends Row {
  readonly name: string;
  description: string | null;
  readonly type: string;
  base_job_template: JsonObject;
  is_paused: boolean;
  /** null: none. */
  concurrency_limit: number | null;
  readonly default_queue_id: string;
}

export interface WorkQueue extends Row {
  readonly name: string;
  description: string;
  readonly work_pool_id: string;
  is_paused: boolean;
  concurrency_limit: number | null;
  /** 1 comes first. */
  priority: number;
  last_polled: Timestamp | null;
}

export interface Worker extends Row {
  readonly name: string;
  readonly work_pool_id: string;
  last_heartbeat_time: Timestamp;
  heartbeat_interval_seconds: number;
}

interface ConcurrencyOptions {
  readonly collision_strategy: 'ENQUEUE' | 'CANCEL_NEW';
}

export interface Deployment extends Row {
  readonly name: string;
  readonly flow_id: string;
  work_queue_id: string | null;
  paused: boolean;
  /** null: none. The API shows it as `global_concurrency_limit`. */
  limit: number | null;
  concurrency_options: ConcurrencyOptions | null;
  job_variables: JsonObject;
  parameters: JsonObject;
  tags: readonly string[];
  description: string | null;
  version: string | null;
  path: string | null;
  entrypoint: string | null;
  pull_steps: readonly unknown[];
  parameter_openapi_schema: JsonObject;
  enforce_parameter_schema: boolean;
  last_polled: Timestamp | null;
}

/** A slot of a deployment's concurrency limit. */
export interface Lease {
  readonly id: string;
  /** When it ends unless it is renewed, in milliseconds since the epoch. A run that is running renews its own. */
  readonly untilMs: number;
}

export interface FlowRun extends Row {
  readonly name: string;
  readonly flow_id: string;
  readonly deployment_id: string | null;
  readonly work_queue_id: string | null;
  flow_version: string | null;
  empirical_policy: JsonObject;
  readonly parameters: JsonObject;
  readonly tags: readonly string[];
  readonly labels: JsonObject;
  readonly job_variables: JsonObject;
  run_count: number;
  readonly expected_start_time: Timestamp;
  next_scheduled_start_time: Timestamp | null;
  start_time: Timestamp | null;
  end_time: Timestamp | null;
  /** Seconds. */
  total_run_time: number;
  infrastructure_pid: string | null;
  state: State;
  lease: Lease | undefined;
}

export interface Log extends Row {
  readonly name: string;
  readonly level: number;
  readonly message: string;
  readonly timestamp: Timestamp;
  readonly flow_run_id: string | null;
  readonly task_run_id: string | null;
}

export interface BlockDocument extends Row {
  readonly name: string;
  /** Slug of its type, such as `aws-credentials`. */
  readonly slug: string;
  readonly data: JsonObject;
  /** The members of `data` that are shown only when they are asked for. */
  readonly secrets: readonly string[];
}

export interface Variable extends Row {
  readonly name: string;
  readonly value: unknown;
  readonly tags: readonly string[];
}

export type { State, StateType };
