import type { ECSClient } from '@aws-sdk/client-ecs';
import { Agent, type AgentDependencies, type AgentOptions } from '../agent/agent.ts';
import type { Claimed, FlowRun } from '../agent/flow-run.ts';
import type { LaunchOutcome } from '../agent/launch-outcome.ts';
import type { EcsLauncher } from './ecs-launcher.ts';
import { once } from '../once.ts';
import type { TaskRequest } from '../task-request.ts';

export interface EcsAgentDependencies<Run extends FlowRun> extends AgentDependencies<Run> {
  /** Asked once, for the first claimed run. */
  readonly client: () => Promise<ECSClient>;
  /** What to run for a flow run. @throws FlowRunError when the run itself makes that impossible. */
  readonly taskRequest: (run: Run, signal: AbortSignal) => Promise<TaskRequest>;
}

/** Starts each flow run as an ECS task. What that takes is loaded with the first: most polls find none. */
export class EcsAgent<Run extends FlowRun = FlowRun> extends Agent<Run> {
  readonly #launcher: () => Promise<EcsLauncher<Run>>;

  constructor(options: AgentOptions, dependencies: EcsAgentDependencies<Run>) {
    super(options, dependencies);
    const { client, taskRequest } = dependencies;
    this.#launcher = once(async () => {
      const { EcsLauncher } = await import('./ecs-launcher.ts');
      return new EcsLauncher({ agent: this.name, client: await client(), clock: this.clock, taskRequest });
    });
  }

  /** The genuine agent's, so that a deployment that takes its place is the same agent to Prefect. */
  protected override get type(): string {
    return 'ECSAgent';
  }

  protected override async deployFlows(
    flowRuns: readonly Claimed<Run>[],
    signal: AbortSignal,
  ): Promise<readonly LaunchOutcome[]> {
    const launcher = await this.#launcher();
    return launcher.launch(flowRuns, signal);
  }
}
