import { taskDefinitionProblems, withTaskSize } from '../python/boto-arguments.ts';
import { FlowRunError } from '../errors.ts';
import { DEFAULT_CONTAINER_NAME, flowContainerName } from './flow-container.ts';
import type { Prefect3FlowRun } from './flow-run.ts';
import type { Job } from './job-configuration.ts';
import { isObject } from '../is-object.ts';
import { isFalsy, type Json } from './json.ts';
import { agentSecrets, jobSecrets, secretNames } from './key-secrets.ts';
import { isFargate, launchTypeOf } from './launch-type.ts';
import type { TaskRequestSettings } from './task-request-settings.ts';
import type { TaskDefinitionContent } from '../tasks/task-request.ts';
import {
  type Container,
  ensureContainer,
  findContainer,
  mergeByName,
  readContainers,
  withoutNames,
} from '../tasks/containers.ts';

const DEFAULT_CPU = 1024;
const DEFAULT_MEMORY = 2048;

/**
 * The definition of a job's task, without its name. As `_prepare_task_definition` of prefect-aws 0.7.12.
 * @throws FlowRunError
 */
export function buildTaskDefinition(
  run: Prefect3FlowRun,
  job: Job,
  settings: TaskRequestSettings,
): { readonly content: TaskDefinitionContent; readonly container: string } {
  const { task_definition: template, task_run_request: request, container_name: named } = job.configuration;
  // A definition's name is the hash of what it says: one that the user gave would part equal ones.
  const { family, containerDefinitions, ...given } = template;
  const containers = readContainers(containerDefinitions, 'task_definition.containerDefinitions').filter(
    (container) => Object.keys(container).length > 0,
  );
  for (const container of containers) dropUnset(container);
  refuseUnessential(containers);
  const name = flowContainerName(named, containers);
  const container = flowContainer(containers, name);
  container.image = container.image || defaultImage(settings);
  if (job.configuration.configure_cloudwatch_logs) {
    container.logConfiguration = logConfiguration(run, job, settings);
  }
  addSecrets(container, job, settings);
  const sized = sizedFor(launchTypeOf(request, given), given, container);
  const definition = withoutEmpty({ ...sized, containerDefinitions: containers });
  const { executionRoleArn = settings.ecs.executionRoleArn } = definition;
  const content = { ...definition, ...(executionRoleArn !== undefined && { executionRoleArn }) };
  const problems = taskDefinitionProblems(content);
  if (problems.length > 0) throw new FlowRunError(problems.join('; '));
  return { content: content as unknown as TaskDefinitionContent, container: name };
}

/** A variable whose value is null is unset. */
function dropUnset(container: Container): void {
  if (!Array.isArray(container.environment)) return;
  container.environment = container.environment.filter(
    (entry) => !isObject(entry) || entry['value'] !== null,
  );
}

function refuseUnessential(containers: readonly Container[]): void {
  if (containers.length === 0 || containers.some(({ essential }) => essential !== false)) return;
  throw new FlowRunError(
    'task_definition.containerDefinitions: expected an essential container, got none. Make the one that runs the flow essential.',
  );
}

/** A container without a name is the flow's, where none has its name. A name that the job gives must be there. */
function flowContainer(containers: Container[], name: string): Container {
  const found = findContainer(containers, name);
  if (found !== undefined) return found;
  const nameless = containers.find((container) => !('name' in container));
  if (nameless !== undefined) return Object.assign(nameless, { name });
  if (name === DEFAULT_CONTAINER_NAME) return ensureContainer(containers, name);
  throw new FlowRunError(
    `container_name: expected a container called \`${name}\` in the task definition, got none. Name the one that runs the flow.`,
  );
}

/** Prefect's own image of the server's version. */
function defaultImage({ prefectVersion }: TaskRequestSettings): string {
  return `prefecthq/prefect:${prefectVersion().replace(/\+.*/, '')}-python3.11`;
}

function logConfiguration(
  run: Prefect3FlowRun,
  { workPool, configuration }: Job,
  { region }: TaskRequestSettings,
): Json {
  const prefix = `prefect-logs_${workPool.name}_${run.deployment?.id ?? run.flow.id}`;
  return {
    logDriver: 'awslogs',
    options: {
      'awslogs-create-group': 'true',
      'awslogs-group': 'prefect',
      'awslogs-region': region,
      'awslogs-stream-prefix': configuration.cloudwatch_logs_prefix ?? prefix,
      ...configuration.cloudwatch_logs_options,
    },
  };
}

/** Fargate wants the size of the task, other launch types that of the container. */
function sizedFor(launchType: unknown, given: Json, container: Container): Json {
  const { cpu, memory, requiresCompatibilities, networkMode } = given;
  const size = { cpu: cpu || DEFAULT_CPU, memory: memory || DEFAULT_MEMORY };
  if (!isFargate(launchType)) {
    container.cpu ??= Number(size.cpu);
    container.memory ??= Number(size.memory);
    return withTaskSize(given);
  }
  const compatibilities: readonly unknown[] = Array.isArray(requiresCompatibilities)
    ? requiresCompatibilities
    : [];
  return {
    ...withTaskSize({ ...given, ...size }),
    requiresCompatibilities: compatibilities.includes('FARGATE')
      ? compatibilities
      : [...compatibilities, 'FARGATE'],
    networkMode: networkMode ?? 'awsvpc',
  };
}

/** What Python takes for false goes, but for false itself. A list of texts stays as it is. */
function withoutEmpty(object: Json): Json {
  const kept = Object.entries(object).filter(([, value]) => value === false || !isFalsy(value));
  return Object.fromEntries(
    kept.map(([key, value]) => {
      if (isObject(value)) return [key, withoutEmpty(value)];
      const list: unknown = Array.isArray(value)
        ? value.map((entry: unknown) => (isObject(entry) ? withoutEmpty(entry) : entry))
        : value;
      return [key, list];
    }),
  );
}

/**
 * The job's secrets replace those of the template, which go before the agent's. ECS refuses a name that is both a
 * secret and a variable.
 */
function addSecrets(container: Container, { configuration }: Job, settings: TaskRequestSettings): void {
  const path = `task_definition.containerDefinitions.${String(container.name)}`;
  const own = mergeByName(jobSecrets(configuration), container.secrets, `${path}.secrets`);
  const secrets = mergeByName(own, agentSecrets(configuration, settings), `${path}.secrets`);
  if (secrets.length === 0) return;
  container.secrets = secrets;
  container.environment = withoutNames(container.environment, secretNames(secrets, path), path);
}
