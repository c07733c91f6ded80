import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';

/**
 * Invokes the poll function without waiting for it.
 * @returns the request id, which the invocation has in its log as well
 * @throws what the SDK throws
 */
export async function startPoll(
  client: LambdaClient,
  functionName: string,
  abortSignal: AbortSignal,
): Promise<string> {
  const command = new InvokeCommand({ FunctionName: functionName, InvocationType: 'Event', Payload: '{}' });
  const { $metadata } = await client.send(command, { abortSignal });
  return $metadata.requestId ?? '';
}
