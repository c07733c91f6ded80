import { LambdaClient } from '@aws-sdk/client-lambda';
import type { CliIo, GlobalOptions } from './cli-io.ts';
import { clientConfig } from './client-config.ts';
import { colorsFor } from './colors.ts';
import { type FunctionOptions, pollFunctionName } from './deployment-options.ts';
import { EXIT_CODES, exitCodeOfFunctionError, exitCodeOfReport } from './exit-codes.ts';
import { type Invocation, invokePoll } from './invoke-poll.ts';
import { jsonText } from './json-text.ts';
import { logTailText } from './log-tail.ts';
import { oneLine } from './one-line.ts';
import { planText } from './plan-text.ts';
import { announce } from './progress.ts';
import { costText, resultText } from './result-text.ts';

/** Longer than the function may take. */
const REQUEST_TIMEOUT_MS = 65_000;

export interface InvokeOptions extends FunctionOptions {
  readonly endpointUrl?: string;
  readonly dryRun?: boolean;
  readonly maxPolls?: number;
}

/** Invokes the deployed function, shows its log and its result, and answers the exit code. */
export async function invoke(io: CliIo, options: InvokeOptions): Promise<number> {
  const invocation = await invokeDeployed(io, options);
  if (options.json) io.stdout.write(jsonText(invocation));
  showInvocation(io, invocation, options);
  return exitCodeOfInvocation(invocation);
}

/** Invokes the deployed function, and waits for it. @throws as `invokePoll` */
export async function invokeDeployed(io: CliIo, options: InvokeOptions): Promise<Invocation> {
  const { dryRun, maxPolls, region, endpointUrl } = options;
  const functionName = pollFunctionName(options);
  const client = new LambdaClient({
    ...clientConfig({ region }, REQUEST_TIMEOUT_MS),
    ...(endpointUrl !== undefined && { endpoint: endpointUrl }),
    // Sent once: whoever asks for one poll must not get two.
    maxAttempts: 1,
  });
  announce(io, `Invoking ${functionName}...`);
  return await invokePoll(client, functionName, { dryRun, maxPolls });
}

export function exitCodeOfInvocation(invocation: Invocation): number {
  if (invocation.kind === 'error') {
    return exitCodeOfFunctionError(invocation.error.type, invocation.error.message);
  }
  return invocation.result.dryRun ? EXIT_CODES.done : exitCodeOfReport(invocation.result);
}

/** Shows an error on stderr and, unless that is asked for as JSON, the log and the result. */
export function showInvocation(
  { stdout, stderr, env, clock }: CliIo,
  invocation: Invocation,
  { json }: GlobalOptions,
): void {
  const errColors = colorsFor(stderr, env);
  const outColors = colorsFor(stdout, env);
  if (!json) stderr.write(logTailText(invocation.log, errColors));
  if (invocation.kind === 'error') {
    const { type, message } = invocation.error;
    const text = type === undefined ? message : `${type}: ${message}`;
    stderr.write(`${errColors.red('error:')} ${oneLine(text)}\n`);
  } else if (!json) {
    const { result } = invocation;
    stdout.write(
      result.dryRun
        ? `${planText(result.runs, clock.now(), outColors)}${costText(result)}`
        : resultText(result, outColors),
    );
  }
}
