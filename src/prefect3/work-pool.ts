import { SettingsError } from '../errors.ts';

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

/**
 * Makes sure that this agent can serve a pool.
 * @throws SettingsError that says what the pool's type means and what to do.
 */
export function checkWorkPool({ name, type, baseJobTemplate }: WorkPool): void {
  if (type !== 'ecs') {
    throw new SettingsError(
      `Expected the work pool \`${name}\` to be of type ecs, got ${type}: ${meaningOf(type)} ` +
        'Create a pool of type ecs and move the deployments to it, or name another pool.',
    );
  }
  if (Object.keys(baseJobTemplate.job_configuration).length === 0) {
    throw new SettingsError(
      `Expected a base job template in the work pool \`${name}\`, got an empty one. ` +
        'Give it the template of the type ecs: `agent setup-pool` does.',
    );
  }
}

/** What it means for its runs that a pool is paused. */
export function pausedText(name: string): string {
  return `The work pool \`${name}\` is paused: its runs stay in the queue.`;
}

function meaningOf(type: string): string {
  if (type.endsWith(':push')) return 'runs of a push pool are started by Prefect Cloud itself.';
  if (type.endsWith(':managed')) return 'runs of a managed pool run at Prefect.';
  if (type === 'prefect-agent') return 'its deployments belong to the agents of Prefect 2.';
  return 'its runs are no tasks of ECS.';
}
