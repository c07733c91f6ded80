import type { TaskDefinition } from '@aws-sdk/client-ecs';
import { withTaskSize } from '../boto-arguments.ts';
import { checkDocuments } from './check-documents.ts';
import { environmentEntries, flowContainer, mergeByName, readContainers } from './containers.ts';
import { FlowRunError } from '../errors.ts';
import { flowCommand } from './flow-command.ts';
import { flowEnvironment, KEY_VARIABLES, secretVariables } from './flow-environment.ts';
import { flowImage, isDockerStorage } from './flow-image.ts';
import type { Prefect1FlowRun } from './flow-run.ts';
import { type EcsRun, readRunConfig } from './run-config.ts';
import {
  hasStrategy,
  mergeRunTaskKwargs,
  readContainerOverrides,
  readOverrides,
  type RunTaskKwargs,
  withoutSecondCapacity,
} from './run-task-kwargs.ts';
import type { Secret } from '../secret.ts';
import type { AgentSettings, EcsSettings, Prefect1Settings } from '../settings/settings.ts';
import type { TaskDefinitionContent, TaskDefinitionSource, TaskRequest } from '../task-request.ts';

/** How the flow process gets the API key. */
export type FlowRunKey =
  | { readonly kind: 'none' }
  | { readonly kind: 'value'; readonly value: Secret }
  | { readonly kind: 'secret'; readonly arn: string };

/** The settings that shape a task. */
export interface TaskRequestSettings {
  readonly prefect: Pick<Prefect1Settings, 'backend' | 'api'>;
  readonly agent: Pick<AgentSettings, 'labels' | 'envVars' | 'noCloudLogs'>;
  readonly ecs: Omit<EcsSettings, 'launchesPerSecond' | 'spotFallback'>;
  readonly flowLogLevel: string;
  readonly key: FlowRunKey;
  /** Known once the backend is connected. */
  readonly tenantId: () => string | undefined;
}

/** The genuine agent's own template, for where nobody gives one. */
const DEFAULT_TASK_DEFINITION = {
  networkMode: 'awsvpc',
  cpu: '1024',
  memory: '2048',
  containerDefinitions: [{ name: 'flow' }],
};

/** The task definition that a run config names instead of holding it. */
export interface NamedDefinition {
  /** What is behind `task_definition_path`. */
  readonly template?: Readonly<Record<string, unknown>> | undefined;
  /** What ECS says of `task_definition_arn`. */
  readonly described?: Pick<TaskDefinition, 'taskRoleArn' | 'executionRoleArn'> | undefined;
}

/**
 * A flow run as an ECS task, by the rules of Prefect 1.4.1's ECS agent.
 * @throws FlowRunError for what the run, its run config or its storage has wrong.
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
  const taskDefinition: TaskDefinitionSource =
    content === undefined ? { kind: 'arn', arn: arn ?? '' } : { kind: 'content', content };
  return {
    taskDefinition,
    runTask: buildRunTask(run, config, settings, kwargs, content ?? described),
    chosenByRun: new Set(),
    logStream: undefined,
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
  const container = flowContainer(containerDefinitions);
  const image = flowImage(
    flow,
    config.image,
    typeof container.image === 'string' ? container.image : undefined,
  );
  container.image = image;
  const path = 'task_definition.containerDefinitions.flow';
  const imageEntry = environmentEntries({ PREFECT__CONTEXT__IMAGE: image });
  container.environment = mergeByName(
    imageEntry,
    container.environment,
    `${path}.environment`,
    secretVariables(key),
  );
  if (key.kind === 'secret') {
    const secrets = KEY_VARIABLES.map((name) => ({ name, valueFrom: key.arn }));
    container.secrets = mergeByName(secrets, container.secrets, `${path}.secrets`);
  }
  const executionRoleArn = config.execution_role_arn || ecs.executionRoleArn;
  // A run that chooses a capacity provider drops the agent's launch type, which still says what must fit.
  const launchType = ecs.launchType && (kwargs.launchType ?? ecs.launchType);
  const content = {
    ...withTaskSize(given),
    ...(!('executionRoleArn' in given) && executionRoleArn !== undefined && { executionRoleArn }),
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

function buildRunTask(
  run: Prefect1FlowRun,
  config: EcsRun,
  settings: TaskRequestSettings,
  kwargs: RunTaskKwargs,
  definition: NamedDefinition['described'],
): TaskRequest['runTask'] {
  const overrides = readOverrides(kwargs);
  const containerOverrides = readContainerOverrides(overrides);
  const container = flowContainer(containerOverrides);
  container.command = flowCommand(run.flow.coreVersion);
  container.environment = mergeByName(
    environmentEntries(flowEnvironment(run, config.env ?? {}, settings)),
    container.environment,
    'run_task_kwargs.overrides.containerOverrides.flow.environment',
    secretVariables(settings.key),
  );
  const { ecs } = settings;
  // Empty texts count as absent, as in Python.
  const taskRoleArn = config.task_role_arn || definition?.taskRoleArn || ecs.taskRoleArn;
  const executionRoleArn = config.execution_role_arn || definition?.executionRoleArn || ecs.executionRoleArn;
  const runTask = {
    ...kwargs,
    tags: [...readContainers(kwargs.tags, 'run_task_kwargs.tags'), ...flowTags(run)],
    overrides: {
      ...withTaskSize(overrides),
      ...(taskRoleArn !== undefined && { taskRoleArn }),
      ...(executionRoleArn !== undefined && { executionRoleArn }),
      ...(config.cpu && { cpu: config.cpu }),
      ...(config.memory && { memory: config.memory }),
      containerOverrides,
    },
  };
  return runTask as unknown as TaskRequest['runTask'];
}

/** On the task and not on the definition, which runs of other flows may share. */
function flowTags({ id, flow }: Prefect1FlowRun): object[] {
  return [
    { key: 'prefect:flow-run-id', value: id },
    { key: 'prefect:flow-id', value: flow.id },
    { key: 'prefect:flow-version', value: String(flow.version) },
  ];
}
