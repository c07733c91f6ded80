import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { SecretReference } from './secret-reference.ts';

/** The value of an SSM parameter, decrypted; read with a client for the region in its ARN unless one is given. */
export async function readParameter(
  { arn, region }: Pick<SecretReference, 'arn' | 'region'>,
  abortSignal: AbortSignal,
  client = new SSMClient({ region }),
): Promise<string | undefined> {
  const command = new GetParameterCommand({ Name: arn, WithDecryption: true });
  const { Parameter } = await client.send(command, { abortSignal });
  return Parameter?.Value;
}
