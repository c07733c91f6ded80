import type { TaskDefinition } from '@aws-sdk/client-ecs';
import { mergeByName, type NamedEntry } from '../tasks/containers.ts';
import { FlowRunError, SettingsError } from '../errors.ts';
import { KEY_VARIABLES } from './flow-environment.ts';
import { definedFlowContainer } from './pinned-definition.ts';
import type { TaskRequestSettings } from './task-request.ts';
import type { FlowRunKey } from '../tasks/flow-run-key.ts';

/** `secrets` of a container with which ECS gives it the key. */
export function keySecrets(arn: string): (NamedEntry & { readonly valueFrom: string })[] {
  return KEY_VARIABLES.map((name) => ({ name, valueFrom: arn }));
}

/** Whether a container's `secrets` give it a key, under either name. @throws FlowRunError */
export function hasKeySecret(secrets: unknown): boolean {
  return mergeByName([], secrets, 'secrets of the container `flow`').some(isKeyVariable);
}

/** An environment beside a key that is a secret: ECS refuses a name that is in both. */
export function withoutKeyVariables(environment: readonly NamedEntry[]): NamedEntry[] {
  return environment.filter((entry) => !isKeyVariable(entry));
}

function isKeyVariable({ name }: NamedEntry): boolean {
  return KEY_VARIABLES.some((variable) => variable === name);
}

/**
 * How a run gets the key whose definition the user registered: by the secret of that definition, since RunTask
 * takes none; else in plain text, if that may be.
 * @throws FlowRunError with the lines that the definition lacks.
 */
export function pinnedKey(
  name: string,
  described: Pick<TaskDefinition, 'containerDefinitions' | 'executionRoleArn'>,
  { key, ecs }: Pick<TaskRequestSettings, 'key' | 'ecs'>,
): FlowRunKey {
  if (key.kind !== 'secret' || hasKeySecret(definedFlowContainer(name, described).secrets)) return key;
  if (ecs.plaintextApiKey && key.value !== undefined) return { kind: 'value', value: key.value };
  const lines = keySecrets(key.arn).map((entry) => `  ${JSON.stringify(entry)}`);
  throw new FlowRunError(
    `task_definition_arn: the container \`flow\` of ${name} has no secret for the API key, and RunTask can't add one. ` +
      `Register a revision with these lines in the container's \`secrets\`:\n${lines.join(',\n')}` +
      (described.executionRoleArn
        ? ''
        : '\nand with an `executionRoleArn`, a role that may read the secret.'),
  );
}

/** @throws SettingsError when ECS could not read the key's secret, for want of a role. */
export function requireExecutionRole(key: FlowRunKey, executionRoleArn: string | undefined): void {
  if (key.kind !== 'secret' || executionRoleArn) return;
  throw new SettingsError(
    'PREFECT__CLOUD__AGENT__ECS__EXECUTION_ROLE_ARN: expected the ARN of a role with which ECS reads the secret of ' +
      'PREFECT__CLOUD__API_KEY_SECRET, since neither the run config nor the task definition names one; got none. ' +
      'Set PREFECT__CLOUD__AGENT__ECS__EXECUTION_ROLE_ARN.',
  );
}
