import { withTaskSize } from '../python/boto-arguments.ts';
import { flowCommand } from './flow-command.ts';
import { FLOW } from './flow-container.ts';
import { flowEnvironment } from './flow-environment.ts';
import type { Prefect1FlowRun } from './flow-run.ts';
import { hasKeySecret, withoutKeyVariables } from './key-secrets.ts';
import type { EcsRun } from './run-config.ts';
import { readContainerOverrides, readOverrides, type RunTaskKwargs } from './run-task-kwargs.ts';
import type { TaskRequestSettings } from './task-request-settings.ts';
import { taskTags } from './task-tags.ts';
import {
  ensureContainer,
  environmentEntries,
  findContainer,
  mergeByName,
  type NamedEntry,
  readContainers,
} from '../tasks/containers.ts';
import type { TaskRequest } from '../tasks/task-request.ts';
import type { DefinitionInForce } from '../tasks/definition-in-force.ts';

/** The arguments of RunTask for a run. @throws FlowRunError */
export function buildRunTask(
  run: Prefect1FlowRun,
  config: EcsRun,
  settings: TaskRequestSettings,
  kwargs: RunTaskKwargs,
  definition: DefinitionInForce,
): TaskRequest['runTask'] {
  const overrides = readOverrides(kwargs);
  const containerOverrides = readContainerOverrides(overrides);
  const container = ensureContainer(containerOverrides, FLOW);
  const timing = { startTimeMs: run.startTimeMs, nowMs: settings.clock.now() };
  container.command = flowCommand(run.flow.coreVersion, timing);
  container.environment = overrideEnvironment(run, config, settings, definition, container.environment);
  const { ecs } = settings;
  // Empty texts count as absent, as in Python.
  const taskRoleArn = config.task_role_arn || definition.taskRoleArn || ecs.taskRoleArn;
  const executionRoleArn = config.execution_role_arn || definition.executionRoleArn || ecs.executionRoleArn;
  const { propagateTags = 'TASK_DEFINITION', enableECSManagedTags = true, ...others } = kwargs;
  const propagated =
    propagateTags === 'TASK_DEFINITION' ? readContainers(definition.tags, 'task_definition.tags') : [];
  const runTask = {
    ...others,
    propagateTags,
    enableECSManagedTags,
    tags: taskTags(run, readContainers(kwargs.tags, 'run_task_kwargs.tags'), propagated),
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

function overrideEnvironment(
  run: Prefect1FlowRun,
  config: EcsRun,
  settings: TaskRequestSettings,
  { containerDefinitions }: DefinitionInForce,
  own: unknown,
): NamedEntry[] {
  const environment = mergeByName(
    environmentEntries(flowEnvironment(run, config.env ?? {}, settings)),
    own,
    'run_task_kwargs.overrides.containerOverrides.flow.environment',
  );
  const givesKey = hasKeySecret(findContainer(containerDefinitions, FLOW)?.secrets);
  return givesKey ? withoutKeyVariables(environment) : environment;
}
