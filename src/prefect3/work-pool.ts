/** Of a pool in the API, below its address. */
export function workPoolPath(name: string): string {
  return `/work_pools/${encodeURIComponent(name)}`;
}

/** How a work pool turns job variables into a job. */
export interface BaseJobTemplate {
  readonly job_configuration: Readonly<Record<string, unknown>>;
  /** A JSON schema of the variables; their defaults are the pool's. */
  readonly variables: {
    readonly properties?: Readonly<Record<string, { readonly default?: unknown }>> | undefined;
  };
}

export interface WorkPool {
  readonly id: string;
  readonly name: string;
  /** `ecs` for a pool that this agent can serve. */
  readonly type: string;
  readonly isPaused: boolean;
  readonly baseJobTemplate: BaseJobTemplate;
}
