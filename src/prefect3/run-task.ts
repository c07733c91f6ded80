import { runTaskProblems, withTaskSize } from '../python/boto-arguments.ts';
import { FlowRunError } from '../errors.ts';
import { flowEnvironment } from './flow-environment.ts';
import type { Prefect3FlowRun } from './flow-run.ts';
import type { Job } from './job-configuration.ts';
import { isObject } from '../is-object.ts';
import { isFalsy, type Json, mapValues } from './json.ts';
import { secretNames } from './key-secrets.ts';
import { capacityOf, launchTypeOf, requireCompatible } from './launch-type.ts';
import { chosenNetwork } from './network.ts';
import type { TaskRequestSettings } from './task-request-settings.ts';
import { shellWords } from './shell-words.ts';
import { taskTags } from './task-tags.ts';
import type { TaskRequest } from '../tasks/task-request.ts';
import {
  type Container,
  ensureContainer,
  environmentEntries,
  findContainer,
  mergeByName,
  readContainers,
  withoutNames,
} from '../tasks/containers.ts';
import type { DefinitionInForce } from '../tasks/definition-in-force.ts';

const COMMAND = 'prefect flow-run execute';

/** The task definition that is in force, and the container in it that runs the flow. */
export interface Program {
  readonly definition: DefinitionInForce;
  readonly container: string;
}

/** The arguments of RunTask for a job. As `_prepare_task_run_request` of prefect-aws 0.7.12. @throws FlowRunError */
export function buildRunTask(
  run: Prefect3FlowRun,
  job: Job,
  settings: TaskRequestSettings,
  { definition, container }: Program,
): TaskRequest['runTask'] {
  const template = withoutNulls(job.configuration.task_run_request);
  const {
    taskDefinition,
    overrides,
    tags,
    launchType,
    capacityProviderStrategy,
    cluster,
    networkConfiguration,
    ...others
  } = template;
  const type = launchTypeOf(template, definition);
  requireCompatible(template, definition, type);
  const inForce = cluster || job.configuration.cluster || settings.ecs.cluster;
  const network = chosenNetwork(job.configuration, networkConfiguration, definition, settings);
  const propagated = template['propagateTags'] === 'TASK_DEFINITION' ? (definition.tags ?? []) : [];
  const keys = propagated.map(({ key = '' }) => key);
  const runTask = {
    ...others,
    ...(inForce !== undefined && { cluster: inForce }),
    ...capacityOf(template, type),
    ...(network !== undefined && { networkConfiguration: network }),
    tags: taskTags(run, job, settings, tags, keys),
    overrides: {
      ...withRoles(withTaskSize(readOverrides(overrides)), settings, definition),
      containerOverrides: containerOverrides(run, job, settings, { definition, container }, overrides),
    },
  };
  const problems = runTaskProblems(runTask, 'task_run_request');
  if (problems.length > 0) throw new FlowRunError(problems.join('; '));
  return runTask as unknown as TaskRequest['runTask'];
}

/** null counts as absent: AWS takes none. In an environment it unsets a variable, and goes later. */
function withoutNulls(object: Json): Json {
  return mapValues(object, (value, key) => {
    if (value === null) return undefined;
    if (Array.isArray(value)) {
      return value.map((entry: unknown) =>
        isObject(entry) && key !== 'environment' ? withoutNulls(entry) : entry,
      );
    }
    return isObject(value) && key !== 'environment' ? withoutNulls(value) : value;
  });
}

function readOverrides(overrides: unknown): Json {
  if (overrides === undefined || isObject(overrides)) return overrides ?? {};
  throw new FlowRunError(
    'task_run_request.overrides: expected an object. Correct the template of the work pool.',
  );
}

/** The agent's roles are for where nobody else named one. */
function withRoles(overrides: Json, { ecs }: TaskRequestSettings, definition: DefinitionInForce): Json {
  const taskRoleArn = overrides['taskRoleArn'] || (definition.taskRoleArn ? undefined : ecs.taskRoleArn);
  const executionRoleArn =
    overrides['executionRoleArn'] || (definition.executionRoleArn ? undefined : ecs.executionRoleArn);
  return {
    ...overrides,
    ...(taskRoleArn !== undefined && { taskRoleArn }),
    ...(executionRoleArn !== undefined && { executionRoleArn }),
  };
}

function containerOverrides(
  run: Prefect3FlowRun,
  { configuration }: Job,
  settings: TaskRequestSettings,
  { definition, container: name }: Program,
  overrides: unknown,
): Container[] {
  const path = 'task_run_request.overrides.containerOverrides';
  const list = readContainers(readOverrides(overrides)['containerOverrides'], path);
  const [first] = list;
  if (first !== undefined && isFalsy(first.name)) first.name = name;
  ensureContainer(list, name).command = configuration.command ?? COMMAND;
  for (const container of list) {
    if (typeof container.command === 'string') container.command = shellWords(container.command);
    if ('environment' in container) container.environment = variablesOf(container.environment);
  }
  const flow = ensureContainer(list, name);
  const secrets = secretNames(
    findContainer(definition.containerDefinitions, name)?.secrets,
    `${path}.${name}`,
  );
  const entries = environmentEntries(flowEnvironment(run, configuration, settings));
  const environment = mergeByName(entries, flow.environment, `${path}.${name}.environment`);
  flow.environment = withoutNames(environment, secrets, path);
  return list;
}

/** An environment as ECS has it, without the variables that null unsets. */
function variablesOf(environment: unknown): unknown {
  const entries = isObject(environment)
    ? Object.entries(environment).map(([name, value]) => ({ name, value }))
    : environment;
  return Array.isArray(entries)
    ? entries.filter((entry) => !isObject(entry) || entry['value'] !== null)
    : entries;
}
