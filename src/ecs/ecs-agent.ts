import { Agent, type AgentDependencies, type AgentOptions } from '../agent/agent.ts';
import type { Claimed, FlowRun } from '../agent/flow-run.ts';
import type { LaunchOutcome } from '../agent/launch-outcome.ts';
import type { Preparation } from '../agent/preparation.ts';
import type { CallRate } from './call-rate.ts';
import { describeError } from '../describe-error.ts';
import type { TaskCap } from './task-cap.ts';
import type { EcsLauncher } from './ecs-launcher.ts';
import type { EcsTasks } from './ecs-tasks.ts';

export interface EcsAgentDependencies<Run extends FlowRun> extends AgentDependencies<Run> {
  /** The pace of launches. */
  readonly rate: CallRate;
  /** Gives what launches runs, the same at each call. Loaded with the first due run: most polls find none. */
  readonly launcher: () => Promise<EcsLauncher<Run>>;
  /** Gives what finds their tasks. Loaded with the first run that has to be looked at. */
  readonly tasks: () => Promise<EcsTasks<Run>>;
  /** @default the agent may have as many tasks as there are runs */
  readonly taskCap?: TaskCap | undefined;
}

/** Starts each flow run as an ECS task. */
export class EcsAgent<Run extends FlowRun = FlowRun> extends Agent<Run> {
  readonly #rate: CallRate;
  readonly #launcher: () => Promise<EcsLauncher<Run>>;
  readonly #tasks: () => Promise<EcsTasks<Run>>;
  readonly #taskCap: TaskCap | undefined;

  constructor(options: AgentOptions, dependencies: EcsAgentDependencies<Run>) {
    super(options, dependencies);
    this.#rate = dependencies.rate;
    this.#launcher = dependencies.launcher;
    this.#tasks = dependencies.tasks;
    this.#taskCap = dependencies.taskCap;
  }

  /** The genuine agent's, so that a deployment that takes its place is the same agent to Prefect. */
  protected override get type(): string {
    return 'ECSAgent';
  }

  protected override async prepareFlows(
    flowRuns: readonly Run[],
    signal: AbortSignal,
  ): Promise<readonly Preparation[]> {
    await this.#taskCap?.refresh(flowRuns.length, signal);
    const running = await Promise.all(flowRuns.map((run) => this.#prepareRunning(run, signal)));
    const others = flowRuns.filter((_, i) => running[i] === undefined);
    const launcher = await this.#launcher();
    const prepared = (await launcher.prepare(others, signal)).values();
    return running.map((preparation) => preparation ?? prepared.next().value ?? { kind: 'ready' });
  }

  protected override get finder(): () => Promise<EcsTasks<Run>> {
    return this.#tasks;
  }

  /** A second process beside one that lives would run the same tasks. undefined: nothing speaks against a launch. */
  async #prepareRunning(run: Run, signal: AbortSignal): Promise<Preparation | undefined> {
    if (run.isRunning !== true) return undefined;
    try {
      const tasks = await this.#tasks();
      return (await tasks.isLive(run, signal)) ? { kind: 'busy' } : undefined;
    } catch (error) {
      return { kind: 'left', reason: `ListTasks: ${describeError(error)}` };
    }
  }

  protected override launchable(ms: number): number {
    // The last launch of a batch may be as slow as the slowest lately, and need its one retry.
    const inTime = this.#rate.available(ms - 2 * this.#rate.slowestMs);
    return Math.min(inTime, this.#taskCap?.room ?? Infinity);
  }

  protected override async deployFlows(
    flowRuns: readonly Claimed<Run>[],
    signal: AbortSignal,
  ): Promise<readonly LaunchOutcome[]> {
    const launcher = await this.#launcher();
    const outcomes = await launcher.launch(flowRuns, signal);
    const launched = outcomes.filter(({ kind }) => kind === 'started' || kind === 'unknown');
    this.#taskCap?.launched(launched.length);
    return outcomes;
  }
}
