import type { ECSClient } from '@aws-sdk/client-ecs';
import pMap from 'p-map';
import { Agent, type AgentDependencies, type AgentOptions } from '../agent/agent.ts';
import type { Claimed, FlowRun } from '../agent/flow-run.ts';
import { failed, type LaunchOutcome, retry } from '../agent/launch-outcome.ts';
import { classifyFailure } from './classify-failure.ts';
import { clientToken } from './client-token.ts';
import { AwsError, FlowRunError } from '../errors.ts';
import { LaunchRate } from './launch-rate.ts';
import { runTask } from './run-task.ts';
import { startedBy } from './started-by.ts';
import { TaskDefinitions } from './task-definitions.ts';
import type { TaskDefinitionSource, TaskRequest } from '../task-request.ts';

/** Launches under way at once. At 20 a second and half a second each, ten keep the pace. */
const CONCURRENCY = 10;

const OUT_OF_TIME = 'The time of this invocation was used up before the launch.';

export interface EcsAgentDependencies<Run extends FlowRun> extends AgentDependencies<Run> {
  readonly client: ECSClient;
  /** What to run for a flow run. @throws FlowRunError when the run itself makes that impossible. */
  readonly taskRequest: (run: Run, signal: AbortSignal) => Promise<TaskRequest>;
}

/** Starts each flow run as an ECS task. */
export class EcsAgent<Run extends FlowRun = FlowRun> extends Agent<Run> {
  readonly #dependencies: EcsAgentDependencies<Run>;
  readonly #definitions: TaskDefinitions;
  readonly #rate: LaunchRate;

  constructor(options: AgentOptions, dependencies: EcsAgentDependencies<Run>) {
    super(options, dependencies);
    this.#dependencies = dependencies;
    this.#definitions = new TaskDefinitions(dependencies.client);
    this.#rate = new LaunchRate(this.clock);
  }

  /** The genuine agent's, so that a deployment that takes its place is the same agent to Prefect. */
  protected override get type(): string {
    return 'ECSAgent';
  }

  protected override async deployFlows(
    flowRuns: readonly Claimed<Run>[],
    signal: AbortSignal,
  ): Promise<readonly LaunchOutcome[]> {
    return pMap(flowRuns, (run) => this.#launch(run, signal), { concurrency: CONCURRENCY });
  }

  async #launch(run: Claimed<Run>, signal: AbortSignal): Promise<LaunchOutcome> {
    const prepared = await this.#prepare(run, signal);
    if ('outcome' in prepared) return prepared.outcome;
    const { request, taskDefinition } = prepared;
    const { tags = [], ...rest } = request.runTask;
    const outcome = await runTask(
      this.#dependencies.client,
      {
        ...rest,
        taskDefinition,
        clientToken: clientToken(run.id, run.claimKey),
        startedBy: startedBy(this.name, run.id),
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
      const request = await this.#dependencies.taskRequest(run, signal);
      const taskDefinition = await this.#arnOf(request.taskDefinition, signal);
      await this.#rate.turn(signal);
      // Once RunTask is handed to the SDK, nobody can say that it was not sent.
      signal.throwIfAborted();
      return { request, taskDefinition };
    } catch (error) {
      if (error instanceof FlowRunError) return { outcome: failed(error.message) };
      if (signal.aborted) return { outcome: retry(OUT_OF_TIME) };
      if (error instanceof AwsError) return { outcome: retry(error.message) };
      return { outcome: classifyFailure('RegisterTaskDefinition', error) };
    }
  }

  async #arnOf(source: TaskDefinitionSource, signal: AbortSignal): Promise<string> {
    return source.kind === 'arn' ? source.arn : this.#definitions.arnOf(source.content, signal);
  }
}
