import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

/** A secret, and the version of it that is meant: the current one when neither stage nor id is set. */
export interface SecretVersion {
  readonly arn: string;
  readonly stage: string | undefined;
  readonly id: string | undefined;
}

/** The text of a secret; read with a client for the region in its ARN unless one is given. */
export async function readSecret(
  { arn, stage, id }: SecretVersion,
  abortSignal: AbortSignal,
  client = new SecretsManagerClient({ region: arn.split(':')[3] ?? '' }),
): Promise<string | undefined> {
  const command = new GetSecretValueCommand({
    SecretId: arn,
    ...(stage && { VersionStage: stage }),
    ...(id && { VersionId: id }),
  });
  const { SecretString } = await client.send(command, { abortSignal });
  return SecretString;
}
