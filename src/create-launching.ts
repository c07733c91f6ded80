import type { ECSClient } from '@aws-sdk/client-ecs';
import type { CreateAgentDependencies } from './create-agent.ts';
import type { CallRate } from './ecs/call-rate.ts';
import { countTasks } from './ecs/count-tasks.ts';
import { defaultNetwork } from './ecs/default-network.ts';
import { DescribedDefinitions } from './ecs/described-definitions.ts';
import { createEcsClient } from './ecs/ecs-client.ts';
import { EcsLauncher } from './ecs/ecs-launcher.ts';
import { EcsTasks } from './ecs/ecs-tasks.ts';
import { RetryingSender } from './ecs/retrying-sender.ts';
import { TaskDefinitions } from './ecs/task-definitions.ts';
import { clusterOf } from './prefect1/cluster-of.ts';
import type { Prefect1FlowRun } from './prefect1/flow-run.ts';
import { needsDefaultNetwork } from './prefect1/needs-default-network.ts';
import { definedFlowContainer } from './prefect1/pinned-definition.ts';
import { buildTaskRequest, type TaskRequestSettings } from './prefect1/task-request.ts';
import type { Secret } from './secret.ts';
import { readTaskDefinition } from './settings/read-task-definition.ts';
import type { ApiKeySource, Settings } from './settings/settings.ts';
import type { TaskRequest } from './task-request.ts';
import type { FlowRunKey } from './tasks/flow-run-key.ts';

export interface CreateLaunchingDependencies extends CreateAgentDependencies {
  readonly apiKey: (signal?: AbortSignal) => Promise<Secret | undefined>;
  readonly rate: CallRate;
  /** The tenant, once it is known. */
  readonly tenantId: () => string | undefined;
}

/** What a due run needs, and a poll that finds none does not. */
export interface Launching {
  readonly ecsClient: ECSClient;
  readonly taskRequest: (run: Prefect1FlowRun, signal: AbortSignal) => Promise<TaskRequest>;
  readonly launcher: EcsLauncher<Prefect1FlowRun>;
  readonly tasks: EcsTasks<Prefect1FlowRun>;
  /** How many tasks of the agent are alive, see `countTasks`. */
  readonly countTasks: (wanted: number, signal: AbortSignal) => Promise<number>;
}

/** The parts with which flow runs are launched. Nothing is sent until one is. */
export function createLaunching(
  settings: Settings,
  { apiKey, calls, clock, ecsConfig, logger, random, rate, tenantId }: CreateLaunchingDependencies,
): Launching {
  const { agent, ecs } = settings;
  const request: TaskRequestSettings = {
    prefect: settings.prefect1,
    agent,
    ecs,
    flowLogLevel: settings.flowLogLevel,
    key: flowRunKey(settings.prefect1.apiKey),
    tenantId,
    clock,
  };
  const ecsClient = createEcsClient(calls, ecsConfig);
  const sender = new RetryingSender(ecsClient, clock, random);
  const described = new DescribedDefinitions(sender);
  const network = defaultNetwork(async () => {
    const { createEc2 } = await import('./ecs/ec2-query.ts');
    return createEc2(ecsClient);
  });
  const build = async (run: Prefect1FlowRun, signal: AbortSignal): Promise<TaskRequest> => {
    const { task_definition_path: path, task_definition_arn: arn } = run.runConfig ?? {};
    if (typeof arn !== 'string') {
      // An empty path is none, as in Python.
      const template = typeof path === 'string' && path !== '' ? await readTaskDefinition(path) : undefined;
      return buildTaskRequest(run, request, { template });
    }
    const definition = await described.get(arn, signal);
    // The genuine agent leaves this to ECS, which names neither the containers nor the remedy.
    definedFlowContainer(arn, definition);
    const key = ecs.plaintextApiKey ? await withValue(request.key, () => apiKey(signal)) : request.key;
    return buildTaskRequest(run, { ...request, key }, { described: definition });
  };
  const taskRequest: Launching['taskRequest'] = async (run, signal) => {
    const built = await build(run, signal);
    if (!needsDefaultNetwork(built.runTask, ecs)) return built;
    return { ...built, runTask: { ...built.runTask, networkConfiguration: await network() } };
  };
  const launcher = new EcsLauncher<Prefect1FlowRun>({
    agent: agent.name,
    client: ecsClient,
    definitions: new TaskDefinitions(sender, clock),
    rate,
    clock,
    logger,
    random,
    spotFallback: ecs.spotFallback,
    taskRequest,
  });
  const tasks = new EcsTasks<Prefect1FlowRun>({
    agent: agent.name,
    client: sender,
    clock,
    clusterOf: (run) => clusterOf(run, ecs),
    chosenByRun: async (run, signal) => (await build(run, signal)).chosenByRun,
  });
  const { cluster, maxTasksInFlight: max = Infinity } = ecs;
  return {
    ecsClient,
    taskRequest,
    launcher,
    tasks,
    countTasks: (wanted, signal) => countTasks({ sender, cluster, agent: agent.name, max }, wanted, signal),
  };
}

/** A definition that the user registered may lack the secret: then the run is given what is in it. */
async function withValue(key: FlowRunKey, read: () => Promise<Secret | undefined>): Promise<FlowRunKey> {
  return key.kind === 'secret' ? { ...key, value: await read() } : key;
}

/** Flow runs use the agent's own key, from the same place. */
function flowRunKey(source: ApiKeySource | undefined): FlowRunKey {
  return source ?? { kind: 'none' };
}
