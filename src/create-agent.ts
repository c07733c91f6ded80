import type { ECSClient } from '@aws-sdk/client-ecs';
import type { CallCounter } from './call-counter.ts';
import type { Clock } from './clock.ts';
import { defaultNetwork } from './ecs/default-network.ts';
import { DescribedDefinitions } from './ecs/described-definitions.ts';
import { EcsAgent } from './ecs/ecs-agent.ts';
import { createEcsClient } from './ecs/ecs-client.ts';
import type { Logger } from './logger.ts';
import { Prefect1Backend } from './prefect1/backend.ts';
import type { Prefect1FlowRun } from './prefect1/flow-run.ts';
import { needsDefaultNetwork } from './prefect1/needs-default-network.ts';
import { buildTaskRequest, type FlowRunKey, type TaskRequestSettings } from './prefect1/task-request.ts';
import { apiKeyProvider } from './settings/api-key.ts';
import { readTaskDefinition } from './settings/read-task-definition.ts';
import type { ApiKeySource, Settings } from './settings/settings.ts';
import type { TaskRequest } from './task-request.ts';

export interface CreateAgentDependencies {
  readonly logger: Logger;
  readonly calls: CallCounter;
  readonly clock: Clock;
}

/** An agent, and the parts of it that a plan needs as well. */
export interface CreatedAgent {
  readonly agent: EcsAgent<Prefect1FlowRun>;
  readonly backend: Prefect1Backend;
  readonly taskRequest: (run: Prefect1FlowRun, signal: AbortSignal) => Promise<TaskRequest>;
  readonly ecsClient: ECSClient;
}

/** The agent that the settings describe. Nothing is sent until it is started. */
export function createAgent(settings: Settings, dependencies: CreateAgentDependencies): CreatedAgent {
  const { logger, calls, clock } = dependencies;
  const { prefect1, agent: options } = settings;
  const apiKey = apiKeyProvider(prefect1.apiKey);
  const backend = new Prefect1Backend({ ...prefect1, apiKey, logger, calls, clock });
  const request: TaskRequestSettings = {
    prefect: prefect1,
    agent: options,
    ecs: settings.ecs,
    flowLogLevel: settings.flowLogLevel,
    key: flowRunKey(prefect1.apiKey),
    tenantId: () => backend.tenantId,
  };
  const ecsClient = createEcsClient(calls);
  const described = new DescribedDefinitions(ecsClient);
  const network = defaultNetwork(async () => {
    const { createEc2 } = await import('./ecs/ec2-query.ts');
    return createEc2(ecsClient);
  });
  const taskRequest = async (run: Prefect1FlowRun, signal: AbortSignal) => {
    const { task_definition_path: path, task_definition_arn: arn } = run.runConfig ?? {};
    const built = buildTaskRequest(run, request, {
      // An empty path is none, as in Python.
      template: typeof path === 'string' && path !== '' ? await readTaskDefinition(path) : undefined,
      described: typeof arn === 'string' ? await described.get(arn, signal) : undefined,
    });
    if (!needsDefaultNetwork(built.runTask, settings.ecs)) return built;
    return { ...built, runTask: { ...built.runTask, networkConfiguration: await network() } };
  };
  const agent = new EcsAgent(options, { backend, logger, clock, client: ecsClient, taskRequest });
  return { agent, backend, taskRequest, ecsClient };
}

/** Flow runs use the agent's own key, from the same place. */
function flowRunKey(source: ApiKeySource | undefined): FlowRunKey {
  return source ?? { kind: 'none' };
}
