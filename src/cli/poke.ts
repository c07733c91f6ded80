import { LambdaClient } from '@aws-sdk/client-lambda';
import { type PokeAnswer, poke as pokeAgent } from '../control/poke.ts';
import { startPoll } from '../control/start-poll.ts';
import { AwsError } from '../errors.ts';
import { toAwsError } from './aws-errors.ts';
import type { CliIo } from './cli-io.ts';
import { clientConfig } from './client-config.ts';
import {
  type ControlOptions,
  controlTableName,
  type FunctionOptions,
  pollFunctionName,
} from './deployment-options.ts';
import { EXIT_CODES } from './exit-codes.ts';
import { jsonText } from './json-text.ts';
import { oneLine } from './one-line.ts';
import { withControl } from './with-control.ts';

export interface PokeOptions extends ControlOptions, FunctionOptions {}

/** Has the deployed agent poll at once, without waiting for it, and answers the exit code. */
export async function poke({ stdout, clock }: CliIo, options: PokeOptions): Promise<number> {
  const { json } = options;
  const functionName = pollFunctionName(options);
  const client = new LambdaClient(clientConfig(options));
  const answer = await ask(options, {
    startPoll: (signal) => startPoll(client, functionName, signal),
    nowMs: clock.now(),
  });
  stdout.write(
    json
      ? jsonText({ functionName, table: controlTableName(options), ...answer })
      : `${oneLine(text(answer))}\n`,
  );
  return 'reason' in answer ? EXIT_CODES.failure : EXIT_CODES.done;
}

async function ask(
  options: PokeOptions,
  { startPoll: start, nowMs }: Omit<Parameters<typeof pokeAgent>[1], 'signal'>,
): Promise<PokeAnswer> {
  try {
    return await withControl(options, (store, signal) =>
      pokeAgent(store, { startPoll: start, nowMs, signal }),
    );
  } catch (error) {
    throw error instanceof AwsError ? error : toAwsError('Invoking the poll function', error);
  }
}

function text(answer: PokeAnswer): string {
  switch (answer.status) {
    case 'accepted':
      return `A poll begins, under the request id ${answer.requestId}.`;
    case 'polling':
      return 'A poll is under way; it looks again before it ends.';
    case 'paused':
    case 'left-alone':
      return answer.reason;
  }
}
