import type { Tag, TaskDefinition } from '@aws-sdk/client-ecs';
import { withTaskSize } from '../python/boto-arguments.ts';
import { checkDocuments } from './check-documents.ts';
import { chosenByRun } from './chosen-by-run.ts';
import type { Clock } from '../clock.ts';
import { FlowRunError } from '../errors.ts';
import { FLOW, FLOW_CONTAINER } from './flow-container.ts';
import { flowImage, isDockerStorage } from './flow-image.ts';
import { buildRunTask } from './run-task.ts';
import {
  hasKeySecret,
  keySecrets,
  pinnedKey,
  requireExecutionRole,
  withoutKeyVariables,
} from './key-secrets.ts';
import type { Prefect1FlowRun } from './flow-run.ts';
import { type EcsRun, readRunConfig } from './run-config.ts';
import {
  hasStrategy,
  mergeRunTaskKwargs,
  readOverrides,
  type RunTaskKwargs,
  withoutSecondCapacity,
} from './run-task-kwargs.ts';
import type { AgentSettings, EcsSettings, Prefect1Settings } from '../settings/settings.ts';
import { ensureContainer, environmentEntries, mergeByName, readContainers } from '../tasks/containers.ts';
import { fitRequest } from '../tasks/fit-request.ts';
import type { FlowRunKey } from '../tasks/flow-run-key.ts';
import { logStreamOf } from '../tasks/log-stream.ts';
import type { TaskDefinitionContent, TaskDefinitionSource, TaskRequest } from '../tasks/task-request.ts';

/** The settings that shape a task. */
export interface TaskRequestSettings {
  readonly prefect: Pick<Prefect1Settings, 'backend' | 'api'>;
  readonly agent: Pick<AgentSettings, 'labels' | 'envVars' | 'noCloudLogs'>;
  readonly ecs: Omit<EcsSettings, 'launchRate' | 'maxTasksInFlight' | 'spotFallback' | 'spotReschedule'>;
  readonly flowLogLevel: string;
  readonly key: FlowRunKey;
  /** Known once the backend is connected. */
  readonly tenantId: () => string | undefined;
  /** Tells whether the run's start time is still ahead. */
  readonly clock: Pick<Clock, 'now'>;
}

/** The genuine agent's own template, for where nobody gives one. */
export const DEFAULT_TASK_DEFINITION = {
  networkMode: 'awsvpc',
  cpu: '1024',
  memory: '2048',
  containerDefinitions: [{ name: 'flow' }],
};

/** The task definition that a task is started with, as far as its request depends on it. */
export interface DefinitionInForce extends Pick<
  TaskDefinition,
  'containerDefinitions' | 'executionRoleArn' | 'taskRoleArn'
> {
  /** ECS tells those of a registered definition apart from it. */
  readonly tags?: Tag[] | undefined;
}

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
  const content = arn == null ? buildContent(run, config, settings, kwargs, template) : undefined;
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
    ...fitRequest({ taskDefinition: source, runTask: input }, FLOW_CONTAINER),
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

function buildContent(
  { flow }: Prefect1FlowRun,
  config: EcsRun,
  { ecs, key }: TaskRequestSettings,
  kwargs: RunTaskKwargs,
  template: Readonly<Record<string, unknown>> | undefined,
): TaskDefinitionContent {
  const inline = isEmpty(config.task_definition) ? undefined : config.task_definition;
  const base = inline ?? template ?? ecs.taskDefinition ?? DEFAULT_TASK_DEFINITION;
  // A definition's name is the hash of what it says: one that the user gave would part equal ones.
  const { family, ...given }: Record<string, unknown> = base;
  const containerDefinitions = readContainers(
    given.containerDefinitions,
    'task_definition.containerDefinitions',
  );
  const container = ensureContainer(containerDefinitions, FLOW);
  const image = flowImage(
    flow,
    config.image,
    typeof container.image === 'string' ? container.image : undefined,
  );
  container.image = image;
  const path = 'task_definition.containerDefinitions.flow';
  const imageEntry = environmentEntries({ PREFECT__CONTEXT__IMAGE: image });
  const environment = mergeByName(imageEntry, container.environment, `${path}.environment`);
  if (key.kind === 'secret') {
    container.secrets = mergeByName(keySecrets(key.arn), container.secrets, `${path}.secrets`);
  }
  container.environment = hasKeySecret(container.secrets) ? withoutKeyVariables(environment) : environment;
  // ECS registers no secrets without a role, even if one comes with the overrides.
  const executionRoleArn =
    config.execution_role_arn || ecs.executionRoleArn || readOverrides(kwargs).executionRoleArn;
  // A run that chooses a capacity provider drops the agent's launch type, which still says what must fit.
  const launchType = ecs.launchType && (kwargs.launchType ?? ecs.launchType);
  const content = {
    ...withTaskSize(given),
    ...(!given.executionRoleArn && executionRoleArn !== undefined && { executionRoleArn }),
    ...(!('requiresCompatibilities' in given) &&
      launchType !== undefined && { requiresCompatibilities: [launchType] }),
    containerDefinitions,
  };
  // Its spelling and types have been checked; ECS says what is wrong with the values.
  return content as unknown as TaskDefinitionContent;
}

/** Python takes an empty object for none. */
function isEmpty(document: EcsRun['task_definition']): boolean {
  return document != null && Object.keys(document).length === 0;
}
