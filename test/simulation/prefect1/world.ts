import { readClaim, readPutBack } from '../../../src/prefect1/states.ts';
import type { EmbeddedEcs } from '../../../src/sandbox/ecs/ecs-server.ts';
import type { ContainerToRun } from '../../../src/sandbox/ecs/run-task-process.ts';
import type { Message, Reply } from '../../../src/sandbox/message.ts';
import { createPrefect1, type EmbeddedPrefect1 } from '../../../src/sandbox/prefect1/prefect1-server.ts';
import { isFinished, isScheduled } from '../../../src/sandbox/prefect1/state.ts';
import type { FlowRun } from '../../../src/sandbox/prefect1/tables.ts';
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
import { runFactory } from './runs.ts';

export const settings = await loadSettings({
  ...COMMON_ENVIRONMENT,
  PREFECT__BACKEND: 'server',
  PREFECT__CLOUD__API: 'http://prefect.test',
  PREFECT__CLOUD__API_KEY_SECRET: KEY_ARN,
});

const ENDS: Readonly<Record<string, StateChange['end']>> = { Failed: 'failed', Cancelled: 'cancelled' };

/** Prefect Server, its users and its flow processes. */
export class Prefect1World implements PrefectWorld {
  readonly generation = 1;
  readonly settings = settings;
  readonly look = 'get_runs_in_queue';
  readonly #api: EmbeddedPrefect1;
  readonly #options: PrefectWorldOptions;

  constructor(options: PrefectWorldOptions) {
    const { clock, seed, faults, records, leaks } = options;
    this.#options = options;
    this.#api = createPrefect1({ clock, seed, faults });
    this.#api.onStateChange(({ flowRunId, taskRunId, from, to }) => {
      const isRuns = taskRunId === undefined;
      records.stateChanged({
        flowRunId,
        what: `${isRuns ? '' : "'s task run"} ${from} -> ${to.type} ${to.start_time ?? ''} ${to.message ?? ''}`,
        end: isRuns ? ENDS[to.type] : undefined,
        // Prefect Server checks no versions: a claim that takes effect half a minute late undoes what came since, and
        // nobody can see afterwards that the run had been executed.
        undoes: isRuns && to.type === 'Submitted' && !isScheduled(from),
      });
      leaks.watch('a state', to);
    });
  }

  answer(message: Message): Promise<Reply> {
    return this.#api.answer(message);
  }

  /** The first field of a GraphQL request, as the sandbox names operations. */
  operationOf({ body }: Pick<Message, 'body'>): string {
    const { query } = JSON.parse(body) as { query: string };
    return /\{\s*(?:\w+:\s*)?(\w+)/.exec(query.slice(query.indexOf('{')))?.[1] ?? 'unknown';
  }

  isAnswer(body: string): boolean {
    const answer = JSON.parse(body) as { data?: unknown; errors?: unknown };
    return answer.data != null && answer.errors === undefined;
  }

  runFactory(ecs: EmbeddedEcs, choices: Choices): (nowMs: number) => void {
    putDefinitions(ecs, 'PREFECT__CLOUD__API_KEY');
    return runFactory({ api: this.#api, records: this.#options.records, choices });
  }

  runs(): readonly RunView[] {
    return this.#api.flowRuns().map((run) => this.#view(run));
  }

  logs(flowRunId: string): readonly unknown[] {
    return this.#api.logs(flowRunId);
  }

  claimKey(flowRunId: string): string | undefined {
    return readClaim(this.#api.flowRun(flowRunId)?.serialized_state)?.claimKey;
  }

  cancel(flowRunId: string): void {
    this.#api.cancel(flowRunId);
  }

  restart(flowRunId: string): void {
    const run = this.#api.flowRun(flowRunId);
    if (run === undefined || !isFinished(run.state)) return;
    this.#options.records.intend(flowRunId);
    const startTime = new Date(this.#options.clock.now()).toISOString();
    const state = { type: 'Scheduled', message: 'Restarted.', start_time: startTime };
    this.#api.setFlowRunState(flowRunId, state);
  }

  execute(container: ContainerToRun, choices: Choices, stop: AbortSignal): Promise<number> {
    return executeFlowRun(container, { ...this.#options, api: this.#api }, choices, stop);
  }

  #view(run: FlowRun): RunView {
    const { id, state } = run;
    const sinceMs = Date.parse(run.state_timestamp);
    const common = { id, message: run.state_message ?? '' };
    if (state === 'Failed') return { ...common, stage: 'failed' };
    if (isScheduled(state)) {
      const leadMs = readPutBack(run.serialized_state) ? 0 : settings.agent.leadMs;
      const startMs = run.state_start_time === null ? Infinity : Date.parse(run.state_start_time);
      return { ...common, stage: 'queued', dueMs: startMs - leadMs };
    }
    if (state === 'Submitted') return { ...common, stage: 'claimed', claimedMs: sinceMs };
    if (state === 'Cancelling') {
      return { ...common, stage: 'cancelling', cancellingMs: run.agent_id === null ? undefined : sinceMs };
    }
    return state === 'Running'
      ? { ...common, stage: 'running', ...this.#retries(id) }
      : { ...common, stage: 'ended' };
  }

  /** A Running run whose task runs wait for a retry is launched again for them. */
  #retries(flowRunId: string): Pick<RunView, 'dueMs' | 'claimedMs'> {
    const taskRuns = this.#api.taskRuns(flowRunId);
    const due = taskRuns
      .filter(({ state }) => isScheduled(state))
      .flatMap((each) => each.state_start_time ?? []);
    const claimed = taskRuns.filter(({ state }) => state === 'Submitted').map((each) => each.state_timestamp);
    return { dueMs: earliest(due), claimedMs: earliest(claimed) };
  }
}

function earliest(times: readonly string[]): number | undefined {
  return times.length === 0 ? undefined : Math.min(...times.map((time) => Date.parse(time)));
}
