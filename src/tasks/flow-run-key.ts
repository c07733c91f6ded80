import type { NamedEntry } from './containers.ts';
import { FlowRunError } from '../errors.ts';
import type { Secret } from '../secret.ts';

/** How the flow process gets the API key. */
export type FlowRunKey =
  | { readonly kind: 'none' }
  | { readonly kind: 'value'; readonly value: Secret }
  | {
      readonly kind: 'secret';
      /** Of a Secrets Manager secret or an SSM parameter, as ECS takes it. */
      readonly arn: string;
      /** What the secret holds, where it was read to be given in plain text. */
      readonly value?: Secret | undefined;
    };

/**
 * The key for a task whose definition the user registered: it may lack the secret, so the run is given what is in it
 * where that is allowed.
 */
export async function keyForPinned(
  key: FlowRunKey,
  { plaintextApiKey }: { readonly plaintextApiKey: boolean },
  read: () => Promise<Secret | undefined>,
): Promise<FlowRunKey> {
  return plaintextApiKey && key.kind === 'secret' ? { ...key, value: await read() } : key;
}

/** An entry of a container's `secrets`, as ECS has it. */
export type KeySecret = NamedEntry & { readonly valueFrom: string };

/**
 * That a definition which the user registered gives a container no key, and RunTask can't either; with the lines
 * that it lacks.
 * @param what the key is for, as people call it
 */
export function lacksSecrets(
  { arn, container, what }: { readonly arn: string; readonly container: string; readonly what: string },
  { executionRoleArn }: { readonly executionRoleArn?: string | undefined },
  missing: readonly NamedEntry[],
): FlowRunError {
  const lines = missing.map((entry) => `  ${JSON.stringify(entry)}`);
  const role = executionRoleArn ? '' : '\nand with an `executionRoleArn`, a role that may read the secret.';
  return new FlowRunError(
    `task_definition_arn: the container \`${container}\` of ${arn} has no secret for ${what}, and RunTask can't add one. ` +
      `Register a revision with these lines in the container's \`secrets\`:\n${lines.join(',\n')}${role}`,
  );
}
