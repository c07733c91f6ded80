import { ECSClient, type ECSClientConfig } from '@aws-sdk/client-ecs';
import type { CallCounter } from '../call-counter.ts';
import { isThrottle } from './ecs-errors.ts';
import { withoutEchoes } from './without-echoes.ts';

const CONNECTION_TIMEOUT_MS = 3000;
const REQUEST_TIMEOUT_MS = 10_000;

/** The SDK's own retries know neither the clock that is handed in, nor, while they wait, the signal. */
const MAX_ATTEMPTS = 1;

/**
 * An ECS client with bounded waits that counts what it sends, repeated attempts included. What ECS says of a request
 * quotes no environment of it: a reason goes to logs, to Prefect and to the control record.
 */
export function createEcsClient(calls: CallCounter, config: ECSClientConfig = {}): ECSClient {
  const client = new ECSClient({
    maxAttempts: MAX_ATTEMPTS,
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      throwOnRequestTimeout: true,
    },
    ...config,
  });
  client.middlewareStack.add(
    (next, { commandName = 'unknown' }) =>
      async (args) => {
        calls.count('ecs', commandName.replace(/Command$/, ''));
        try {
          return await next(args);
        } catch (error) {
          if (isThrottle(error)) calls.throttled();
          throw error;
        }
      },
    { name: 'countCalls', step: 'finalizeRequest', priority: 'low' },
  );
  client.middlewareStack.add((next) => async (args) => withoutEchoes(args.input, () => next(args)), {
    name: 'withoutEchoes',
    step: 'initialize',
  });
  return client;
}
