import type { ECSClient } from '@aws-sdk/client-ecs';
import type { FlowRun } from '../agent/flow-run.ts';
import type { CreateAgentDependencies } from './create-agent.ts';
import type { CallRate } from '../ecs/call-rate.ts';
import { countTasks } from '../ecs/count-tasks.ts';
import { defaultNetwork, vpcNetworks } from '../ecs/default-network.ts';
import { DescribedDefinitions } from '../ecs/described-definitions.ts';
import { createEcsClient } from '../ecs/ecs-client.ts';
import { EcsLauncher } from '../ecs/ecs-launcher.ts';
import { EcsTasks } from '../ecs/ecs-tasks.ts';
import { RetryingSender } from '../ecs/retrying-sender.ts';
import { TaskDefinitions } from '../ecs/task-definitions.ts';
import type { EcsLookUps, RunTasks } from '../tasks/run-tasks.ts';
import type { Settings } from '../settings/settings.ts';

export interface CreateLaunchingDependencies<Run extends FlowRun> extends CreateAgentDependencies {
  readonly rate: CallRate;
  readonly createRunTasks: (ecs: EcsLookUps) => RunTasks<Run>;
}

/** What a due run needs, and a poll that finds none does not. */
export interface Launching<Run extends FlowRun> {
  readonly ecsClient: ECSClient;
  readonly runTasks: RunTasks<Run>;
  readonly launcher: EcsLauncher<Run>;
  readonly tasks: EcsTasks<Run>;
  /** How many tasks of the agent are alive, see `countTasks`. */
  readonly countTasks: (wanted: number, signal: AbortSignal) => Promise<number>;
}

/** The parts with which flow runs are launched. Nothing is sent until one is. */
export function createLaunching<Run extends FlowRun>(
  { agent: { name: agent }, ecs }: Settings,
  dependencies: CreateLaunchingDependencies<Run>,
): Launching<Run> {
  const { calls, clock, createRunTasks, ecsConfig, random } = dependencies;
  const ecsClient = createEcsClient(calls, ecsConfig);
  const sender = new RetryingSender(ecsClient, clock, random);
  const described = new DescribedDefinitions(sender);
  const ec2 = async () => {
    const { createEc2 } = await import('../ecs/ec2-query.ts');
    return createEc2(ecsClient);
  };
  const runTasks = createRunTasks({
    definition: (name, signal) => described.get(name, signal),
    defaultNetwork: defaultNetwork(ec2),
    vpcNetwork: vpcNetworks(ec2),
    region: () => ecsClient.config.region(),
  });
  const launcher = new EcsLauncher<Run>({
    ...dependencies,
    agent,
    client: ecsClient,
    definitions: new TaskDefinitions(sender, clock),
    spotFallback: ecs.spotFallback,
    taskRequest: (run, signal) => runTasks.taskRequest(run, signal),
  });
  const tasks = new EcsTasks<Run>({
    agent,
    client: sender,
    clock,
    clusterOf: (run, signal) => runTasks.clusterOf(run, signal),
    chosenByRun: (run, signal) => runTasks.chosenByRun(run, signal),
  });
  const { cluster, maxTasksInFlight: max = Infinity } = ecs;
  return {
    ecsClient,
    runTasks,
    launcher,
    tasks,
    countTasks: (wanted, signal) => countTasks({ sender, cluster, agent, max }, wanted, signal),
  };
}
