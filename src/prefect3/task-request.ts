import { FlowRunError } from '../errors.ts';
import { flowContainerName } from './flow-container.ts';
import { PER_RUN } from './flow-environment.ts';
import type { Prefect3FlowRun } from './flow-run.ts';
import type { Job } from './job-configuration.ts';
import { pinnedKey, requireExecutionRole } from './key-secrets.ts';
import { type NetworkToFind, networkToFind } from './network.ts';
import { buildRunTask } from './run-task.ts';
import type { TaskRequestSettings } from './task-request-settings.ts';
import type { TaskDefinitionSource, TaskRequest } from '../tasks/task-request.ts';
import { buildTaskDefinition } from './task-definition.ts';
import { findContainer } from '../tasks/containers.ts';
import { type DefinitionInForce, definitionMembers } from '../tasks/definition-in-force.ts';
import { fitRequest } from '../tasks/fit-request.ts';
import { logStreamOf } from '../tasks/log-stream.ts';

/** A run's task, all but its network where nobody chose one. */
export interface BuiltRequest {
  readonly request: TaskRequest;
  readonly networkToFind: NetworkToFind | undefined;
}

/** The ARN, or the name, of the definition that a job wants run as it is; undefined: it brings its own. */
export function pinnedDefinition({ configuration }: Job): string | undefined {
  const { taskDefinition: arn } = configuration.task_run_request;
  if (typeof arn !== 'string' && arn != null) {
    throw new FlowRunError('task_definition_arn: expected the ARN of a task definition as text.');
  }
  return arn || undefined;
}

/**
 * A flow run as an ECS task, by the rules of the ECS worker of prefect-aws 0.7.12.
 * @param described what ECS says of `pinnedDefinition`
 * @throws FlowRunError for what the job has wrong.
 * @throws SettingsError when no role is known with which ECS could read a secret.
 */
export function buildTaskRequest(
  run: Prefect3FlowRun,
  job: Job,
  settings: TaskRequestSettings,
  described: DefinitionInForce = {},
): BuiltRequest {
  const { configuration, chosen, fromBlocks } = job;
  const arn = pinnedDefinition(job);
  const own = arn === undefined ? buildTaskDefinition(run, job, settings) : undefined;
  const definition: DefinitionInForce = own?.content ?? described;
  const container =
    own?.container ?? flowContainerName(configuration.container_name, described.containerDefinitions);
  const key =
    arn === undefined ? settings.key : pinnedKey(arn, described, container, configuration, settings);
  const input = buildRunTask(run, job, { ...settings, key }, { definition, container });
  const role = input.overrides?.executionRoleArn ?? definition.executionRoleArn;
  requireRoles(job, role, findContainer(definition.containerDefinitions, container)?.secrets);
  const source: TaskDefinitionSource =
    own === undefined ? { kind: 'arn', arn: arn ?? '' } : { kind: 'content', content: own.content };
  const ofDefinition = chosen.has('taskDefinition') ? definitionMembers(described) : [];
  return {
    request: {
      ...fitRequest(
        { taskDefinition: source, runTask: input },
        { name: container, perRun: new Set([...PER_RUN, ...fromBlocks]) },
      ),
      chosenByRun: new Set([...chosen, ...ofDefinition]),
      logStream: logStreamOf(definition, container),
    },
    networkToFind: networkToFind(configuration, input.networkConfiguration, definition),
  };
}

function requireRoles({ configuration }: Job, role: string | undefined, secrets: unknown): void {
  if (configuration.configure_cloudwatch_logs && !role) {
    throw new FlowRunError(
      'configure_cloudwatch_logs: expected the role with which ECS writes logs as execution_role_arn, got none. Set it.',
    );
  }
  requireExecutionRole(secrets, role);
}
