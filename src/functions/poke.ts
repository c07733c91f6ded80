import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { LambdaClient } from '@aws-sdk/client-lambda';
import middy from '@middy/core';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { systemClock } from '../clock.ts';
import { createControlStore } from '../control/create-control-store.ts';
import { poke } from '../control/poke.ts';
import { startPoll } from '../control/start-poll.ts';
import { once } from '../once.ts';
import { apiKeyProvider } from '../settings/api-key.ts';
import { environment } from '../settings/environment.ts';
import { loadPokeSettings } from '../settings/load-poke-settings.ts';
import { answerPoke } from './answer-poke.ts';

/** Kept free at the end of an invocation for its answer, in milliseconds. */
const RESERVE_MS = 500;

const CONNECTION_TIMEOUT_MS = 2000;
const REQUEST_TIMEOUT_MS = 4000;

const logger = new Logger();

const warmed = once(async () => {
  const { controlTable, pollFunction, secret } = loadPokeSettings(environment());
  const lambda = new LambdaClient({
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      throwOnRequestTimeout: true,
    },
  });
  return {
    store: await createControlStore(controlTable),
    startPoll: (signal: AbortSignal) => startPoll(lambda, pollFunction, signal),
    secret: apiKeyProvider(secret, { what: 'the secret of pokes' }),
  };
});

/** `POST /api/poke`: has what is due looked for at once. */
export const handler = middy<unknown, APIGatewayProxyStructuredResultV2>()
  .use(injectLambdaContext(logger))
  .handler(async (event, context) => {
    const { store, startPoll: start, secret } = await warmed();
    const signal = AbortSignal.timeout(Math.max(0, context.getRemainingTimeInMillis() - RESERVE_MS));
    const nowMs = systemClock.now();
    return answerPoke(event, {
      secret: () => secret(signal),
      poke: async (by) => {
        const answer = await poke(store, { startPoll: start, nowMs, signal });
        logger.info('Poked', { answer, by });
        return answer;
      },
      nowMs,
    });
  });
