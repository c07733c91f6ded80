import { flowContainerOf } from './flow-container.ts';
import { SettingsError } from '../errors.ts';
import type { JobConfiguration } from './job-configuration-schema.ts';
import type { TaskRequestSettings } from './task-request-settings.ts';
import { mergeByName } from '../tasks/containers.ts';
import type { DefinitionInForce } from '../tasks/definition-in-force.ts';
import { type FlowRunKey, type KeySecret, lacksSecrets } from '../tasks/flow-run-key.ts';

/** The secrets that the job names for what a flow process shows to the API. */
export function jobSecrets(configuration: JobConfiguration): readonly KeySecret[] {
  const { prefect_api_key_secret_arn: key, prefect_api_auth_string_secret_arn: authString } = configuration;
  return [
    ...(key === undefined ? [] : [{ name: 'PREFECT_API_KEY', valueFrom: key }]),
    ...(authString === undefined ? [] : [{ name: 'PREFECT_API_AUTH_STRING', valueFrom: authString }]),
  ];
}

/** The agent's own secret, unless the job's environment gives its variable or unsets it. */
export function agentSecrets(
  { env }: JobConfiguration,
  { key, keyVariable }: Pick<TaskRequestSettings, 'key' | 'keyVariable'>,
): readonly KeySecret[] {
  return key.kind === 'secret' && !(keyVariable in env) ? [{ name: keyVariable, valueFrom: key.arn }] : [];
}

/** The names of a container's secrets. @throws FlowRunError */
export function secretNames(secrets: unknown, path: string): ReadonlySet<string> {
  return new Set(mergeByName([], secrets, path).map(({ name }) => name));
}

/**
 * How a run gets the key whose definition the user registered: by the secret of that definition, since RunTask takes
 * none; else in plain text, if that may be.
 * @throws FlowRunError with the lines that the definition lacks.
 */
export function pinnedKey(
  arn: string,
  definition: DefinitionInForce,
  container: string,
  configuration: JobConfiguration,
  settings: Pick<TaskRequestSettings, 'key' | 'keyVariable' | 'ecs'>,
): FlowRunKey {
  const { key, keyVariable, ecs } = settings;
  const known = secretNames(flowContainerOf(arn, definition, container).secrets, 'secrets');
  const wanted = mergeByName(jobSecrets(configuration), agentSecrets(configuration, settings), 'secrets');
  const missing = wanted.filter(({ name }) => !known.has(name));
  if (missing.length === 0) return key;
  const isAgents = missing.every(({ name }) => name === keyVariable);
  if (isAgents && ecs.plaintextApiKey && key.kind === 'secret' && key.value !== undefined) {
    return { kind: 'value', value: key.value };
  }
  throw lacksSecrets({ arn, container, what: 'the Prefect API' }, definition, missing);
}

/**
 * @param secrets of the flow's container
 * @throws SettingsError when ECS could not read them, for want of a role.
 */
export function requireExecutionRole(secrets: unknown, executionRoleArn: string | undefined): void {
  if (secretNames(secrets, 'secrets').size === 0 || executionRoleArn) return;
  throw new SettingsError(
    'PREFECT__CLOUD__AGENT__ECS__EXECUTION_ROLE_ARN: expected the ARN of a role with which ECS reads the secrets of ' +
      'the flow’s container, since the work pool names none; got none. Set it, or execution_role_arn in the work pool.',
  );
}
