import { SettingsError } from '../errors.ts';
import { flowContainerOf, FLOW } from './flow-container.ts';
import { KEY_VARIABLES, type TaskRequestSettings } from './task-request-settings.ts';
import { mergeByName, type NamedEntry } from '../tasks/containers.ts';
import type { DefinitionInForce } from '../tasks/definition-in-force.ts';
import { type FlowRunKey, type KeySecret, lacksSecrets } from '../tasks/flow-run-key.ts';

/** The agent's own secret, under both names; none unless its key lives in one. */
export function agentSecrets(key: FlowRunKey): readonly KeySecret[] {
  return key.kind === 'secret' ? KEY_VARIABLES.map((name) => ({ name, valueFrom: key.arn })) : [];
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
 * How a run gets the key whose definition the user registered: by the secret of that definition, since RunTask takes
 * none; else in plain text, if that may be.
 * @throws FlowRunError with the lines that the definition lacks.
 */
export function pinnedKey(
  arn: string,
  definition: DefinitionInForce,
  { key, ecs }: Pick<TaskRequestSettings, 'key' | 'ecs'>,
): FlowRunKey {
  if (key.kind !== 'secret' || hasKeySecret(flowContainerOf(arn, definition).secrets)) return key;
  if (ecs.plaintextApiKey && key.value !== undefined) return { kind: 'value', value: key.value };
  throw lacksSecrets({ arn, container: FLOW, what: 'the API key' }, definition, agentSecrets(key));
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
