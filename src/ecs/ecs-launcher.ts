import type { ECSClient } from '@aws-sdk/client-ecs';
import pMap from 'p-map';
import type { Claimed, FlowRun } from '../agent/flow-run.ts';
import { failed, type LaunchOutcome, retry } from '../agent/launch-outcome.ts';
import { classifyFailure } from './classify-failure.ts';
import type { Clock } from '../clock.ts';
import { clientToken } from './client-token.ts';
import { FlowRunError } from '../errors.ts';
import { LaunchRate } from './launch-rate.ts';
import { runTask } from './run-task.ts';
import { startedBy } from './started-by.ts';
import { TaskDefinitions } from './task-definitions.ts';
import type { TaskDefinitionSource, TaskRequest } from '../task-request.ts';

/** Launches under way at once. At 20 a second and half a second each, ten keep the pace. */
const CONCURRENCY = 10;

const OUT_OF_TIME = 'The time of this invocation was used up before the launch.';

export interface EcsLauncherOptions<Run extends FlowRun> {
  /** The agent's name. */
  readonly agent: string;
  readonly client: ECSClient;
  readonly clock: Clock;
  /** What to run for a flow run. @throws FlowRunError when the run itself makes that impossible. */
  readonly taskRequest: (run: Run, signal: AbortSignal) => Promise<TaskRequest>;
}

/** Starts claimed flow runs as ECS tasks; remembers the definitions that it met. */
export class EcsLauncher<Run extends FlowRun> {
  readonly #options: EcsLauncherOptions<Run>;
  readonly #definitions: TaskDefinitions;
  readonly #rate: LaunchRate;

  constructor(options: EcsLauncherOptions<Run>) {
    this.#options = options;
    this.#definitions = new TaskDefinitions(options.client);
    this.#rate = new LaunchRate(options.clock);
  }

  /** One outcome for each run, in the same order. */
  async launch(flowRuns: readonly Claimed<Run>[], signal: AbortSignal): Promise<readonly LaunchOutcome[]> {
    return pMap(flowRuns, (run) => this.#launch(run, signal), { concurrency: CONCURRENCY });
  }

  async #launch(run: Claimed<Run>, signal: AbortSignal): Promise<LaunchOutcome> {
    const prepared = await this.#prepare(run, signal);
    if ('outcome' in prepared) return prepared.outcome;
    const { request, taskDefinition } = prepared;
    const { tags = [], ...rest } = request.runTask;
    const outcome = await runTask(
      this.#options.client,
      {
        ...rest,
        taskDefinition,
        clientToken: clientToken(run.id, run.claimKey),
        startedBy: startedBy(this.#options.agent, run.id),
        tags: [...tags, { key: 'prefect:claim-key', value: run.claimKey }],
      },
      signal,
    );
    // Whatever went wrong, the definition may be the cause: it may have been deregistered by hand.
    if (outcome.kind !== 'started' && request.taskDefinition.kind === 'content') {
      this.#definitions.forget(request.taskDefinition.content);
    }
    return outcome;
  }

  /** Everything before RunTask. Whatever goes wrong here, there certainly is no task. */
  async #prepare(
    run: Claimed<Run>,
    signal: AbortSignal,
  ): Promise<{ request: TaskRequest; taskDefinition: string } | { outcome: LaunchOutcome }> {
    try {
      signal.throwIfAborted();
      const request = await this.#options.taskRequest(run, signal);
      const taskDefinition = await this.#arnOf(request.taskDefinition, signal);
      await this.#rate.turn(signal);
      // Once RunTask is handed to the SDK, nobody can say that it was not sent.
      signal.throwIfAborted();
      return { request, taskDefinition };
    } catch (error) {
      if (error instanceof FlowRunError) return { outcome: failed(error.message) };
      if (signal.aborted) return { outcome: retry(OUT_OF_TIME) };
      return { outcome: classifyFailure('RegisterTaskDefinition', error) };
    }
  }

  async #arnOf(source: TaskDefinitionSource, signal: AbortSignal): Promise<string> {
    return source.kind === 'arn' ? source.arn : this.#definitions.arnOf(source.content, signal);
  }
}
