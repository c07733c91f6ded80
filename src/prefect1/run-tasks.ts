import type { Clock } from '../clock.ts';
import { clusterOf } from './cluster-of.ts';
import { flowContainerOf } from './flow-container.ts';
import { HARMLESS_VARIABLES } from './flow-environment.ts';
import type { Prefect1FlowRun } from './flow-run.ts';
import { needsDefaultNetwork } from './network.ts';
import type { EcsLookUps, RunTasks } from '../tasks/run-tasks.ts';
import type { Secret } from '../secret.ts';
import { readTaskDefinition } from '../settings/read-task-definition.ts';
import type { Prefect1Settings, Settings } from '../settings/settings.ts';
import { buildTaskRequest } from './task-request.ts';
import type { TaskRequestSettings } from './task-request-settings.ts';
import type { TaskRequest } from '../tasks/task-request.ts';
import { type FlowRunKey, keyForPinned } from '../tasks/flow-run-key.ts';

export interface Prefect1TasksOptions {
  readonly settings: Omit<Settings, 'prefect'> & { readonly prefect: Prefect1Settings };
  readonly apiKey: (signal?: AbortSignal) => Promise<Secret | undefined>;
  /** The tenant, once it is known. */
  readonly tenantId: () => string | undefined;
  readonly clock: Clock;
  readonly ecs: EcsLookUps;
}

/** How flow runs of Prefect 1 become ECS tasks: as their run config says. */
export class Prefect1Tasks implements RunTasks<Prefect1FlowRun> {
  readonly #options: Prefect1TasksOptions;
  readonly #request: TaskRequestSettings;

  constructor(options: Prefect1TasksOptions) {
    const { settings, tenantId, clock } = options;
    const { prefect, agent, ecs, flowLogLevel } = settings;
    // Flow runs use the agent's own key, from the same place.
    const key: FlowRunKey = prefect.apiKey ?? { kind: 'none' };
    this.#options = options;
    this.#request = { prefect, agent, ecs, flowLogLevel, key, tenantId, clock };
  }

  async taskRequest(run: Prefect1FlowRun, signal: AbortSignal): Promise<TaskRequest> {
    const built = await this.#build(run, signal);
    if (!needsDefaultNetwork(built.runTask, this.#request.ecs)) return built;
    const networkConfiguration = await this.#options.ecs.defaultNetwork();
    return { ...built, runTask: { ...built.runTask, networkConfiguration } };
  }

  async clusterOf(run: Prefect1FlowRun): Promise<string | undefined> {
    return Promise.resolve(clusterOf(run, this.#options.settings.ecs));
  }

  async chosenByRun(run: Prefect1FlowRun, signal: AbortSignal): Promise<ReadonlySet<string>> {
    return (await this.#build(run, signal)).chosenByRun;
  }

  isHarmless(container: string | undefined, variable: string): boolean {
    return container === 'flow' && HARMLESS_VARIABLES.has(variable);
  }

  async #build(run: Prefect1FlowRun, signal: AbortSignal): Promise<TaskRequest> {
    const { task_definition_path: path, task_definition_arn: arn } = run.runConfig ?? {};
    if (typeof arn !== 'string') {
      // An empty path is none, as in Python.
      const template = typeof path === 'string' && path !== '' ? await readTaskDefinition(path) : undefined;
      return buildTaskRequest(run, this.#request, { template });
    }
    const definition = await this.#options.ecs.definition(arn, signal);
    // The genuine agent leaves this to ECS, which names neither the containers nor the remedy.
    flowContainerOf(arn, definition);
    const key = await keyForPinned(this.#request.key, this.#request.ecs, () => this.#options.apiKey(signal));
    return buildTaskRequest(run, { ...this.#request, key }, { described: definition });
  }
}
