import type { ECSClient } from '@aws-sdk/client-ecs';
import type { CallCounter } from './call-counter.ts';
import { DescribedDefinitions } from './ecs/described-definitions.ts';
import { createEcsClient } from './ecs/ecs-client.ts';
import type { Prefect1FlowRun } from './prefect1/flow-run.ts';
import { buildTaskRequest, type FlowRunKey, type TaskRequestSettings } from './prefect1/task-request.ts';
import { readTaskDefinition } from './settings/read-task-definition.ts';
import type { ApiKeySource, Settings } from './settings/settings.ts';
import type { TaskRequest } from './task-request.ts';

export interface CreateLaunchingDependencies {
  readonly calls: CallCounter;
  /** The tenant, once it is known. */
  readonly tenantId: () => string | undefined;
}

/** What a due run needs, and a poll that finds none does not. */
export interface Launching {
  readonly ecsClient: ECSClient;
  readonly taskRequest: (run: Prefect1FlowRun, signal: AbortSignal) => Promise<TaskRequest>;
}

/** The parts with which flow runs are launched. Nothing is sent until one is. */
export function createLaunching(
  settings: Settings,
  { calls, tenantId }: CreateLaunchingDependencies,
): Launching {
  const request: TaskRequestSettings = {
    prefect: settings.prefect1,
    agent: settings.agent,
    ecs: settings.ecs,
    flowLogLevel: settings.flowLogLevel,
    key: flowRunKey(settings.prefect1.apiKey),
    tenantId,
  };
  const ecsClient = createEcsClient(calls);
  const described = new DescribedDefinitions(ecsClient);
  const taskRequest: Launching['taskRequest'] = async (run, signal) => {
    const { task_definition_path: path, task_definition_arn: arn } = run.runConfig ?? {};
    return buildTaskRequest(run, request, {
      template: typeof path === 'string' ? await readTaskDefinition(path) : undefined,
      described: typeof arn === 'string' ? await described.get(arn, signal) : undefined,
    });
  };
  return { ecsClient, taskRequest };
}

/** Flow runs use the agent's own key, from the same place. */
function flowRunKey(source: ApiKeySource | undefined): FlowRunKey {
  return source ?? { kind: 'none' };
}
