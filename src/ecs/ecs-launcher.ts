import type { ECSClient, RunTaskCommandInput } from '@aws-sdk/client-ecs';
import pMap from 'p-map';
import type { Claimed, FlowRun } from '../agent/flow-run.ts';
import { blocked, failed, type LaunchOutcome, retry, unknown, unsent } from '../agent/launch-outcome.ts';
import type { Preparation } from '../agent/preparation.ts';
import type { CallRate } from './call-rate.ts';
import type { Clock } from '../clock.ts';
import { clientToken } from './client-token.ts';
import { describeError } from '../describe-error.ts';
import { endedBy } from '../ended-by.ts';
import { AwsError, FlowRunError, SettingsError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { type LaunchBatch, launchBatch } from './launch-batch.ts';
import { infrastructurePid } from './infrastructure-pid.ts';
import { logsUrl } from './logs-url.ts';
import { onDemand } from './on-demand.ts';
import { readRefusal } from './refusal.ts';
import { runTask, type RunTaskResult } from './run-task.ts';
import { startedBy } from './started-by.ts';
import type { TaskDefinitions } from './task-definitions.ts';
import { CLAIM_KEY_TAG, type TaskDefinitionSource, type TaskRequest } from '../tasks/task-request.ts';
import { timeoutSignal } from '../timeout-signal.ts';

/** Launches under way at once. At 20 a second, one may take more than a second. */
const CONCURRENCY = 25;

/** How long runs that are ready wait for others whose definition is being registered, in milliseconds. */
const PREPARE_MS = 2000;

/** More prepared runs than any look finds: those that were never launched are let go. */
const MAX_PREPARED = 500;

/** How long a run that found no room, or may not have what it asks for, waits, in milliseconds. */
const RETRY_DELAY_MS = 60_000;

/** What is read before there is a request: the definition that the run itself names. */
const NAMED: ReadonlySet<string> = new Set(['taskDefinition']);

const OUT_OF_TIME = 'The time of this invocation was used up before the launch.';

export interface EcsLauncherOptions<Run extends FlowRun> {
  /** The agent's name. */
  readonly agent: string;
  readonly client: Pick<ECSClient, 'send'>;
  readonly definitions: TaskDefinitions;
  readonly rate: CallRate;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Whether a task that finds no room on Fargate Spot is started on demand. */
  readonly spotFallback: boolean;
  /**
   * What to run for a flow run.
   * @throws FlowRunError when the run itself makes that impossible.
   * @throws SettingsError, AwsError when a setting or the account does, of which only runs like this one need more.
   */
  readonly taskRequest: (run: Run, signal: AbortSignal) => Promise<TaskRequest>;
  /** From 0 to 1; spreads attempts. @default Math.random */
  readonly random?: (() => number) | undefined;
}

/** A task as it will be launched, and the ARN of its definition. */
interface Prepared {
  readonly request: TaskRequest;
  readonly taskDefinition: string;
}

/** Whether a process of the run lives is not the launcher's to know. */
type LaunchPreparation = Exclude<Preparation, { readonly kind: 'busy' }>;

/** Starts claimed flow runs as ECS tasks. */
export class EcsLauncher<Run extends FlowRun> {
  readonly #options: EcsLauncherOptions<Run>;
  readonly #prepared = new Map<string, Prepared>();

  constructor(options: EcsLauncherOptions<Run>) {
    this.#options = options;
  }

  /** Builds each run's task and sees that its definition is there. Nothing is started. Never throws for one run. */
  async prepare(runs: readonly Run[], signal: AbortSignal): Promise<readonly LaunchPreparation[]> {
    const { clock } = this.#options;
    if (this.#prepared.size > MAX_PREPARED) this.#prepared.clear();
    const late = new Error(`not ready within ${PREPARE_MS / 1000} seconds`);
    using timeout = timeoutSignal(clock, PREPARE_MS, late, signal);
    return await pMap(runs, (run) => this.#prepare(run, timeout.signal), { concurrency: CONCURRENCY });
  }

  /** One outcome for each run, in the same order. */
  async launch(runs: readonly Claimed<Run>[], signal: AbortSignal): Promise<readonly LaunchOutcome[]> {
    const { definitions, logger } = this.#options;
    const batch = launchBatch(signal);
    const outcomes = await pMap(runs, (run) => this.#launch(run, batch), { concurrency: CONCURRENCY });
    await definitions.renewed(logger, signal);
    return outcomes;
  }

  async #prepare(run: Run, signal: AbortSignal): Promise<LaunchPreparation> {
    let request: TaskRequest | undefined;
    try {
      signal.throwIfAborted();
      // Some of what it reads has a time-out of its own, which is too long for those that are ready.
      request = await endedBy(this.#options.taskRequest(run, signal), signal);
      const taskDefinition = await this.#arnOf(request.taskDefinition, signal);
      this.#prepared.set(run.id, { request, taskDefinition });
      return { kind: 'ready' };
    } catch (error) {
      if (error instanceof FlowRunError) return failed(error.message);
      const call = request === undefined ? 'The task definition' : 'RegisterTaskDefinition';
      if (signal.aborted) return { kind: 'later', reason: `${call}: ${describeError(error)}` };
      if (error instanceof SettingsError || error instanceof AwsError) return blocked(error.message);
      const { cause, reason } = readRefusal(call, error, request?.chosenByRun ?? NAMED);
      if (cause === 'throttle') return { kind: 'later', reason };
      if (cause === 'run') return failed(reason);
      return cause === 'denied' || request === undefined ? { kind: 'left', reason } : blocked(reason);
    }
  }

  async #launch(run: Claimed<Run>, batch: LaunchBatch): Promise<LaunchOutcome> {
    if (!this.#prepared.has(run.id)) {
      const preparation = await this.#prepare(run, batch.work);
      if (preparation.kind === 'later') return unsent(OUT_OF_TIME);
      if (preparation.kind === 'left') return retry(preparation.reason, RETRY_DELAY_MS);
      if (preparation.kind !== 'ready') return preparation;
    }
    const prepared = this.#prepared.get(run.id);
    this.#prepared.delete(run.id);
    if (prepared === undefined) return unknown('The run was prepared twice at once.');
    return this.#outcomeOf(await this.#start(run, prepared, batch), prepared, batch);
  }

  async #start(run: Claimed<Run>, prepared: Prepared, batch: LaunchBatch): Promise<RunTaskResult> {
    const { definitions, random = Math.random, spotFallback } = this.#options;
    const { chosenByRun, taskDefinition: source } = prepared.request;
    const dependencies = { ...this.#options, random };
    // Deregistered by hand, as another of the batch may have found since it was prepared.
    const taskDefinition = await this.#arnNow(prepared, batch.work);
    const input = this.#inputOf(run, prepared.request, taskDefinition);
    const result = await runTask(input, chosenByRun, dependencies, batch);
    const cause = result.kind === 'refused' ? result.refusal.cause : undefined;
    if (cause === 'capacity' && spotFallback) {
      const second = onDemand(input);
      if (second !== undefined) return runTask(second, chosenByRun, dependencies, batch);
    }
    if (cause === 'definition' && source.kind === 'content') {
      definitions.forget(source.content, taskDefinition);
      const anew = { ...input, taskDefinition: await this.#arnNow(prepared, batch.work) };
      if (anew.taskDefinition !== taskDefinition) return runTask(anew, chosenByRun, dependencies, batch);
    }
    return result;
  }

  /** Where nobody can say, the one that it was prepared with: ECS says what is wrong with it. */
  async #arnNow({ request, taskDefinition }: Prepared, signal: AbortSignal): Promise<string> {
    try {
      return await this.#arnOf(request.taskDefinition, signal);
    } catch (error) {
      this.#options.logger.warn('A task definition that is gone could not be registered anew', { error });
      return taskDefinition;
    }
  }

  #inputOf(run: Claimed<Run>, request: TaskRequest, taskDefinition: string): RunTaskCommandInput {
    const { tags = [], ...rest } = request.runTask;
    return {
      ...rest,
      taskDefinition,
      clientToken: clientToken(run.id, run.claimKey),
      startedBy: startedBy(this.#options.agent, run.id),
      tags: [...tags, { key: CLAIM_KEY_TAG, value: run.claimKey }],
    };
  }

  #outcomeOf(result: RunTaskResult, { request }: Prepared, batch: LaunchBatch): LaunchOutcome {
    switch (result.kind) {
      case 'started': {
        const { taskArn } = result;
        const url = request.logStream === undefined ? undefined : logsUrl(request.logStream, taskArn);
        return {
          kind: 'started',
          infrastructureId: taskArn,
          recordedId: infrastructurePid(taskArn, request.runTask.cluster),
          info: `Task ${taskArn}`,
          logsUrl: url,
        };
      }
      case 'in-doubt':
        return unknown(result.reason);
      case 'not-sent': {
        const reason = batch.blockedFor();
        if (reason !== undefined) return blocked(reason);
        const { throttledBy } = result;
        return unsent(throttledBy === undefined ? OUT_OF_TIME : `${OUT_OF_TIME} AWS answered ${throttledBy}`);
      }
      case 'refused': {
        const { cause, reason } = result.refusal;
        if (cause === 'run') return failed(reason);
        if (cause === 'agent') batch.block(reason);
        return cause === 'agent' ? blocked(reason) : retry(reason, RETRY_DELAY_MS);
      }
    }
  }

  async #arnOf(source: TaskDefinitionSource, signal: AbortSignal): Promise<string> {
    return source.kind === 'arn' ? source.arn : this.#options.definitions.arnOf(source.content, signal);
  }
}
