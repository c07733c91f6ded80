import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { SecretReference } from './secret-reference.ts';

/** The text of a secret, of its current version when neither stage nor id is set; read with a client for the region in its ARN unless one is given. */
export async function readSecret(
  { arn, region, stage, id }: Omit<SecretReference, 'service' | 'jsonKey'>,
  abortSignal: AbortSignal,
  client = new SecretsManagerClient({ region }),
): Promise<string | undefined> {
  const command = new GetSecretValueCommand({
    SecretId: arn,
    ...(stage && { VersionStage: stage }),
    ...(id && { VersionId: id }),
  });
  const { SecretString } = await client.send(command, { abortSignal });
  return SecretString;
}
