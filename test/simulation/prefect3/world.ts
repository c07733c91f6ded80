import { baseJobTemplate } from '../../../src/prefect3/base-job-template.ts';
import type { EmbeddedEcs } from '../../../src/sandbox/ecs/ecs-server.ts';
import type { ContainerToRun } from '../../../src/sandbox/ecs/run-task-process.ts';
import type { Message, Reply } from '../../../src/sandbox/message.ts';
import { createPrefect3, type EmbeddedPrefect3 } from '../../../src/sandbox/prefect3/prefect3-server.ts';
import { isFinal, type StateType } from '../../../src/sandbox/prefect3/state.ts';
import { loadSettings } from '../../../src/settings/load-settings.ts';
import type { Choices } from '../choices.ts';
import {
  COMMON_ENVIRONMENT,
  KEY_ARN,
  type PrefectWorld,
  type PrefectWorldOptions,
  type RunView,
} from '../prefect-world.ts';
import type { StateChange } from '../records.ts';
import { putDefinitions } from '../user-definitions.ts';
import { executeFlowRun } from './flow-process.ts';
import { Rivals } from './rivals.ts';
import { listDeployments, runViews } from './run-views.ts';
import { isThere, runFactory } from './runs.ts';

const POOL = 'ecs-pool';

export const settings = await loadSettings({
  ...COMMON_ENVIRONMENT,
  PREFECT_API_URL: 'http://prefect.test/api',
  PREFECT_API_KEY_SECRET: KEY_ARN,
  PREFECT_WORK_POOL: POOL,
});

const TEMPLATE = baseJobTemplate({
  ...{ cluster: undefined, launchType: undefined, taskRoleArn: undefined, network: undefined },
  ...{ executionRoleArn: undefined, image: undefined, cpu: undefined, memory: undefined },
  ...{ apiKeySecretArn: undefined, authStringSecretArn: undefined, logGroup: undefined },
});

const ENDS: Partial<Record<StateType, StateChange['end']>> = {
  CRASHED: 'failed',
  FAILED: 'failed',
  CANCELLED: 'cancelled',
};

/** A server of Prefect 3, or 2, with its users, its flow processes and another worker. */
export class Prefect3World implements PrefectWorld {
  readonly generation = 3;
  readonly settings = settings;
  readonly look = 'get_scheduled_flow_runs';
  readonly #api: EmbeddedPrefect3;
  readonly #isPrefect2: boolean;
  readonly #options: PrefectWorldOptions;
  readonly #rivals: Rivals;

  constructor(options: PrefectWorldOptions) {
    const { clock, seed, faults, choices } = options;
    const kind = choices('server');
    this.#isPrefect2 = kind.chance(0.2);
    this.#options = options;
    const version = this.#isPrefect2 ? '2.20' : '3.8.8';
    this.#api = createPrefect3({ clock, seed, faults, version, csrf: kind.chance(0.2) });
    this.#rivals = new Rivals({ ...options, api: this.#api, choices: choices('rivals') });
    this.#api.createWorkPool({ name: POOL, base_job_template: { ...TEMPLATE } });
    this.#listen();
  }

  async answer(message: Message): Promise<Reply> {
    const reply = await this.#api.answer(message);
    // Prefect 2 sets states without a look at what a run has become: what another worker does meanwhile is not seen.
    if (this.operationOf(message) === this.look && !this.#isPrefect2) void this.#rivals.looked();
    return reply;
  }

  /** The last part of the path that is no id. */
  operationOf({ url = '' }: Pick<Message, 'url'>): string {
    const [path = ''] = url.split('?');
    return path.split('/').findLast((part) => /^\D+$/.test(part)) ?? path;
  }

  isAnswer(body: string): boolean {
    return Array.isArray(JSON.parse(body));
  }

  runFactory(ecs: EmbeddedEcs, choices: Choices): (nowMs: number) => void {
    putDefinitions(ecs, 'PREFECT_API_KEY');
    return runFactory({ api: this.#api, records: this.#options.records, choices });
  }

  runs(): readonly RunView[] {
    return runViews(this.#api, settings.agent.leadMs);
  }

  logs(flowRunId: string): readonly unknown[] {
    return this.#api.logs(flowRunId);
  }

  claimKey(flowRunId: string): string | undefined {
    return this.#api.flowRun(flowRunId)?.state.state_details.transition_id ?? undefined;
  }

  cancel(flowRunId: string): void {
    this.#api.cancel(flowRunId);
  }

  restart(flowRunId: string): void {
    const run = this.#api.flowRun(flowRunId);
    if (run === undefined || !isFinal(run.state.type) || !isThere(this.#api, run.deployment_id ?? '')) return;
    this.#options.records.intend(flowRunId);
    const details = { scheduled_time: new Date(this.#options.clock.now()).toISOString() };
    const state = { type: 'SCHEDULED', name: 'AwaitingRetry', state_details: details } as const;
    this.#api.setFlowRunState(flowRunId, state);
  }

  /** Deployments are deleted; the pool is paused, and goes on. */
  upset(choices: Choices): void {
    const { clock, records } = this.#options;
    const pool = `/work_pools/${POOL}`;
    if (choices.chance(0.5)) {
      this.#api.send('PATCH', pool, { is_paused: true });
      void clock
        .sleep(choices.between(1000, 90_000))
        .then(() => this.#api.send('PATCH', pool, { is_paused: false }));
      return;
    }
    const deployments = listDeployments(this.#api);
    const one = deployments[choices.between(0, deployments.length)];
    if (one === undefined) return;
    this.#api.send('DELETE', `/deployments/${one.id}`);
    for (const run of this.#api.flowRuns()) if (run.deployment_id === one.id) records.spoiled(run.id);
  }

  execute({ environment, taskArn }: ContainerToRun, choices: Choices, stop: AbortSignal): Promise<number> {
    const id = environment['PREFECT__FLOW_RUN_ID'] ?? '';
    const startMs = choices.between(500, 4000);
    const flowMs = choices.between(2000, 60_000);
    const { clock } = this.#options;
    const options = { ...this.#options, api: this.#api, place: taskArn, flowMs, stop };
    return clock.sleep(startMs, stop).then(() => executeFlowRun(id, options));
  }

  #listen(): void {
    const { records, leaks } = this.#options;
    this.#api.onStateChange(({ flowRunId, from, to }) => {
      if (from === undefined) return;
      const time = to.state_details.scheduled_time ?? '';
      records.stateChanged({
        flowRunId,
        what: ` ${from.name} -> ${to.name} ${time} ${to.message ?? ''}`,
        end: ENDS[to.type],
        // As in Prefect 1's.
        undoes: this.#isPrefect2 && to.type === 'PENDING' && isFinal(from.type),
      });
      leaks.watch('a state', to);
    });
  }
}
