import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';

/** The value of an SSM parameter, decrypted; read with a client for the region in its ARN unless one is given. */
export async function readParameter(
  arn: string,
  abortSignal: AbortSignal,
  client = new SSMClient({ region: arn.split(':')[3] ?? '' }),
): Promise<string | undefined> {
  const command = new GetParameterCommand({ Name: arn, WithDecryption: true });
  const { Parameter } = await client.send(command, { abortSignal });
  return Parameter?.Value;
}
