import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import * as z from 'zod/mini';
import { describeIssues } from '../describe-issues.ts';
import { AgentError, type AwsError } from '../errors.ts';
import type { PollEvent } from '../functions/poll-event.ts';
import { toAwsError } from './aws-errors.ts';
import { pollResult, type ParsedPollResult } from './poll-result.ts';

/** What came of an invocation: the function's result or its error, and the end of its log. */
export type Invocation = { readonly functionName: string; readonly log: string } & (
  | { readonly kind: 'result'; readonly result: ParsedPollResult }
  | {
      readonly kind: 'error';
      readonly error: { readonly type: string | undefined; readonly message: string };
    }
);

const functionError = z.object({ errorType: z.optional(z.string()), errorMessage: z.string() });

/**
 * Invokes the poll function and waits for it.
 * @throws AwsError when the function could not be invoked
 * @throws AgentError when it answered something else than a poll does
 */
export async function invokePoll(
  client: LambdaClient,
  functionName: string,
  event: PollEvent,
): Promise<Invocation> {
  const { Payload, FunctionError, LogResult = '' } = await send(client, functionName, event);
  const log = Buffer.from(LogResult, 'base64').toString();
  const payload = parseJson(Payload?.transformToString() ?? '');
  if (FunctionError !== undefined) {
    const { data } = functionError.safeParse(payload);
    const error = {
      type: data?.errorType,
      message: data?.errorMessage ?? `the function failed (${FunctionError})`,
    };
    return { kind: 'error', functionName, error, log };
  }
  const parsed = pollResult.safeParse(payload, {
    error: ({ expected, code }) => `expected ${typeof expected === 'string' ? expected : code}`,
  });
  if (parsed.success) return { kind: 'result', functionName, result: parsed.data, log };
  throw new AgentError(
    `Expected the result of a poll from ${functionName}, got something else (${describeIssues(parsed.error)}). ` +
      'Check that this is the poll function, and of the same version as this command.',
  );
}

async function send(client: LambdaClient, functionName: string, event: PollEvent) {
  const command = new InvokeCommand({
    FunctionName: functionName,
    InvocationType: 'RequestResponse',
    LogType: 'Tail',
    Payload: JSON.stringify(event),
  });
  try {
    return await client.send(command);
  } catch (error) {
    throw invokeError(functionName, error);
  }
}

function invokeError(functionName: string, error: unknown): AwsError {
  const name = error instanceof Error ? error.name : '';
  const attempt = `Invoking ${functionName}`;
  if (name === 'ResourceNotFoundException') {
    const advice =
      'Deploy it with `npx serverless deploy`, or name the one that is there with --stage, --function-name and --region.';
    return toAwsError(attempt, error, advice);
  }
  if (name === 'TimeoutError') {
    return toAwsError(attempt, error, "It may still be at work: look at the function's log.");
  }
  return toAwsError(attempt, error);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
