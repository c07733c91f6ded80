import { withTaskSize } from '../python/boto-arguments.ts';
import { FLOW } from './flow-container.ts';
import { flowImage } from './flow-image.ts';
import type { Prefect1FlowRun } from './flow-run.ts';
import { agentSecrets, hasKeySecret, withoutKeyVariables } from './key-secrets.ts';
import type { EcsRun } from './run-config.ts';
import { readOverrides, type RunTaskKwargs } from './run-task-kwargs.ts';
import type { TaskRequestSettings } from './task-request-settings.ts';
import { ensureContainer, environmentEntries, mergeByName, readContainers } from '../tasks/containers.ts';
import type { TaskDefinitionContent } from '../tasks/task-request.ts';

/** The genuine agent's own template, for where nobody gives one. */
export const DEFAULT_TASK_DEFINITION = {
  networkMode: 'awsvpc',
  cpu: '1024',
  memory: '2048',
  containerDefinitions: [{ name: 'flow' }],
};

/**
 * The definition of a run's task, without its name. As `generate_task_definition` of Prefect 1.4.1's ECS agent.
 * @throws FlowRunError
 */
export function buildTaskDefinition(
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
  const secrets = agentSecrets(key);
  if (secrets.length > 0) {
    container.secrets = mergeByName(secrets, container.secrets, `${path}.secrets`);
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
