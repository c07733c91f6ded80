import type { ECSClient } from '@aws-sdk/client-ecs';
import type { CallCounter } from './call-counter.ts';
import type { Clock } from './clock.ts';
import { DescribedDefinitions } from './ecs/described-definitions.ts';
import { EcsAgent } from './ecs/ecs-agent.ts';
import { createEcsClient } from './ecs/ecs-client.ts';
import type { Logger } from './logger.ts';
import { Prefect1Backend } from './prefect1/backend.ts';
import type { Prefect1FlowRun } from './prefect1/flow-run.ts';
import { definedFlowContainer } from './prefect1/pinned-definition.ts';
import { buildTaskRequest, type FlowRunKey, type TaskRequestSettings } from './prefect1/task-request.ts';
import type { Secret } from './secret.ts';
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

/** The agent that the settings describe. Nothing is sent until it is started; a key in plain text is warned of. */
export function createAgent(settings: Settings, dependencies: CreateAgentDependencies): CreatedAgent {
  const { logger, calls, clock } = dependencies;
  const { prefect1, agent: options } = settings;
  warnOfPlaintext(settings, logger);
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
  const taskRequest = async (run: Prefect1FlowRun, signal: AbortSignal) => {
    const { task_definition_path: path, task_definition_arn: arn } = run.runConfig ?? {};
    if (typeof arn !== 'string') {
      const template = typeof path === 'string' ? await readTaskDefinition(path) : undefined;
      return buildTaskRequest(run, request, { template });
    }
    const definition = await described.get(arn, signal);
    // The genuine agent leaves this to ECS, which names neither the containers nor the remedy.
    definedFlowContainer(arn, definition);
    const key = settings.ecs.plaintextApiKey
      ? await withValue(request.key, () => apiKey(signal))
      : request.key;
    return buildTaskRequest(run, { ...request, key }, { described: definition });
  };
  const agent = new EcsAgent(options, { backend, logger, clock, client: ecsClient, taskRequest });
  return { agent, backend, taskRequest, ecsClient };
}

/** A definition that the user registered may lack the secret: then the run is given what is in it. */
async function withValue(key: FlowRunKey, read: () => Promise<Secret | undefined>): Promise<FlowRunKey> {
  return key.kind === 'secret' ? { ...key, value: await read() } : key;
}

function warnOfPlaintext({ prefect1, ecs }: Settings, logger: Logger): void {
  if (prefect1.apiKey === undefined || !ecs.plaintextApiKey) return;
  const which =
    prefect1.apiKey.kind === 'value' ? 'All tasks get' : 'A task whose definition lacks the secret gets';
  logger.warn(
    `${which} the API key in plain text, where everyone who may describe tasks can read it. ` +
      'To end that, name a secret in PREFECT__CLOUD__API_KEY_SECRET and unset PREFECT__CLOUD__AGENT__ECS__PLAINTEXT_API_KEY.',
  );
}

/** Flow runs use the agent's own key, from the same place. */
function flowRunKey(source: ApiKeySource | undefined): FlowRunKey {
  return source ?? { kind: 'none' };
}
