import { chosenByRun } from './chosen-by-run.ts';
import { FlowRunError } from '../errors.ts';
import { FLOW } from './flow-container.ts';
import { PER_RUN } from './flow-environment.ts';
import { isDockerStorage } from './flow-image.ts';
import type { Prefect1FlowRun } from './flow-run.ts';
import { pinnedKey, requireExecutionRole } from './key-secrets.ts';
import { checkDocuments, readRunConfig } from './run-config.ts';
import { buildRunTask } from './run-task.ts';
import {
  hasStrategy,
  mergeRunTaskKwargs,
  type RunTaskKwargs,
  withoutSecondCapacity,
} from './run-task-kwargs.ts';
import { buildTaskDefinition } from './task-definition.ts';
import type { TaskRequestSettings } from './task-request-settings.ts';
import type { DefinitionInForce } from '../tasks/definition-in-force.ts';
import { fitRequest } from '../tasks/fit-request.ts';
import { logStreamOf } from '../tasks/log-stream.ts';
import type { TaskDefinitionSource, TaskRequest } from '../tasks/task-request.ts';

/** The task definition that a run config names instead of holding it. */
export interface NamedDefinition {
  /** What is behind `task_definition_path`. */
  readonly template?: Readonly<Record<string, unknown>> | undefined;
  /** What ECS says of `task_definition_arn`. */
  readonly described?: DefinitionInForce | undefined;
}

/**
 * A flow run as an ECS task, by the rules of Prefect 1.4.1's ECS agent.
 * @throws FlowRunError for what the run, its run config or its storage has wrong.
 * @throws SettingsError when no role is known with which ECS could read the key's secret.
 */
export function buildTaskRequest(
  run: Prefect1FlowRun,
  settings: TaskRequestSettings,
  { template, described }: NamedDefinition = {},
): TaskRequest {
  const config = readRunConfig(run);
  checkDocuments(config, template);
  const merged = mergeRunTaskKwargs(agentKwargs(settings.ecs), config.run_task_kwargs ?? {});
  const kwargs = withoutSecondCapacity(merged);
  const arn = config.task_definition_arn;
  const content = arn == null ? buildTaskDefinition(run, config, settings, kwargs, template) : undefined;
  if (content === undefined && isDockerStorage(run.flow)) {
    throw new FlowRunError('Cannot provide `task_definition_arn` when using `Docker` storage');
  }
  const definition: DefinitionInForce = content ?? described ?? {};
  const key = content === undefined ? pinnedKey(arn ?? '', definition, settings) : settings.key;
  const input = buildRunTask(run, config, { ...settings, key }, kwargs, definition);
  requireExecutionRole(key, input.overrides?.executionRoleArn ?? definition.executionRoleArn);
  const source: TaskDefinitionSource =
    content === undefined ? { kind: 'arn', arn: arn ?? '' } : { kind: 'content', content };
  const own = arn == null ? (config.task_definition ?? template) : { ...described };
  return {
    ...fitRequest({ taskDefinition: source, runTask: input }, { name: FLOW, perRun: PER_RUN }),
    chosenByRun: chosenByRun({ flow: run.flow, config, ecs: settings.ecs, own }),
    logStream: logStreamOf(definition, FLOW),
  };
}

function agentKwargs({ cluster, launchType, runTaskKwargs }: TaskRequestSettings['ecs']): RunTaskKwargs {
  return {
    ...runTaskKwargs,
    ...(launchType !== undefined && !hasStrategy(runTaskKwargs) && { launchType }),
    ...(cluster !== undefined && { cluster }),
  };
}
