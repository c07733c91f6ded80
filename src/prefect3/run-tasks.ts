import type { Prefect3Backend } from './backend.ts';
import { blamingPool } from './blame-pool.ts';
import { clusterOf } from './cluster-of.ts';
import { HARMLESS_VARIABLES } from './flow-environment.ts';
import type { Prefect3FlowRun } from './flow-run.ts';
import { jobConfiguration } from './job-configuration.ts';
import { FlowRunError, SettingsError } from '../errors.ts';
import type { EcsLookUps, RunTasks } from '../tasks/run-tasks.ts';
import type { Secret } from '../secret.ts';
import type { TaskRequestSettings } from './task-request-settings.ts';
import type { Prefect3Settings, Settings } from '../settings/settings.ts';
import { buildTaskRequest, pinnedDefinition } from './task-request.ts';
import type { TaskRequest } from '../tasks/task-request.ts';
import { type FlowRunKey, keyForPinned } from '../tasks/flow-run-key.ts';
import type { WorkPool } from './work-pool.ts';

export interface Prefect3TasksOptions {
  readonly settings: Omit<Settings, 'prefect'> & { readonly prefect: Prefect3Settings };
  readonly apiKey: (signal?: AbortSignal) => Promise<Secret | undefined>;
  readonly backend: Pick<Prefect3Backend, 'poolAndVersion' | 'documents' | 'hasDeployment'>;
  readonly ecs: EcsLookUps;
}

/** How flow runs of Prefect 3 become ECS tasks: as their work pool says. */
export class Prefect3Tasks implements RunTasks<Prefect3FlowRun> {
  readonly #options: Prefect3TasksOptions;

  constructor(options: Prefect3TasksOptions) {
    this.#options = options;
  }

  async taskRequest(run: Prefect3FlowRun, signal: AbortSignal): Promise<TaskRequest> {
    if (run.missingDeployment !== undefined) await this.#explainMissing(run.missingDeployment, signal);
    const { pool, version } = await this.#options.backend.poolAndVersion(signal);
    return blamingPool(run, pool, async (one) => this.#taskRequest(one, pool, version, signal));
  }

  async clusterOf(run: Prefect3FlowRun, signal: AbortSignal): Promise<string | undefined> {
    const { backend, settings } = this.#options;
    const { pool } = await backend.poolAndVersion(signal);
    return clusterOf(run, pool, backend.documents, settings.ecs, signal);
  }

  async chosenByRun(run: Prefect3FlowRun, signal: AbortSignal): Promise<ReadonlySet<string>> {
    return (await this.taskRequest(run, signal)).chosenByRun;
  }

  isHarmless(_: string | undefined, variable: string): boolean {
    return HARMLESS_VARIABLES.has(variable);
  }

  /** The server lets nobody claim a run whose deployment was deleted, but it lists those that were put back since. */
  async #explainMissing(deploymentId: string, signal: AbortSignal): Promise<never> {
    if (await this.#options.backend.hasDeployment(deploymentId, signal)) {
      throw new SettingsError(
        `Expected the deployment ${deploymentId} of the flow run, without which its task would be another; the API lists none. Check that the key may read deployments.`,
      );
    }
    throw new FlowRunError(
      `The deployment ${deploymentId} of the flow run was deleted, so that nobody can claim it. Deploy the flow again and create another run.`,
    );
  }

  async #taskRequest(
    run: Prefect3FlowRun,
    pool: WorkPool,
    version: string,
    signal: AbortSignal,
  ): Promise<TaskRequest> {
    const { backend, ecs } = this.#options;
    const job = await jobConfiguration(run, pool, backend.documents, signal);
    const arn = pinnedDefinition(job);
    const described = arn === undefined ? undefined : await ecs.definition(arn, signal);
    const key = await this.#keyFor(arn, signal);
    const settings = { ...(await this.#settings(key)), prefectVersion: () => version };
    const { request, networkToFind } = buildTaskRequest(run, job, settings, described);
    if (networkToFind === undefined) return request;
    const { vpcId } = networkToFind;
    const networkConfiguration = await (vpcId === undefined ? ecs.defaultNetwork() : ecs.vpcNetwork(vpcId));
    return { ...request, runTask: { ...request.runTask, networkConfiguration } };
  }

  async #settings(key: FlowRunKey): Promise<Omit<TaskRequestSettings, 'prefectVersion'>> {
    const { settings, ecs } = this.#options;
    const { prefect, agent } = settings;
    return {
      api: prefect.api,
      agent,
      ecs: settings.ecs,
      key,
      keyVariable: prefect.keyKind === 'key' ? 'PREFECT_API_KEY' : 'PREFECT_API_AUTH_STRING',
      region: await ecs.region(),
    };
  }

  async #keyFor(arn: string | undefined, signal: AbortSignal): Promise<FlowRunKey> {
    const { settings, apiKey } = this.#options;
    const key: FlowRunKey = settings.prefect.apiKey ?? { kind: 'none' };
    return arn === undefined ? key : keyForPinned(key, settings.ecs, () => apiKey(signal));
  }
}
