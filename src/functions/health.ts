import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { systemClock } from '../clock.ts';
import { createControlStore } from '../control/create-control-store.ts';
import { type Health, healthOf } from '../control/health.ts';
import { describeError } from '../describe-error.ts';
import { once } from '../once.ts';
import { environment } from '../settings/environment.ts';
import { loadHealthSettings } from '../settings/load-health-settings.ts';
import { answerHealth } from './answer-health.ts';

const READ_TIMEOUT_MS = 5000;

/** How long an answer is good for, in seconds: whoever asks more often gets the same one. */
const MAX_AGE_SECONDS = 3;

const logger = new Logger();

const warmed = once(async () => {
  const { controlTable, healthMaxAgeMs } = loadHealthSettings(environment());
  return { store: await createControlStore(controlTable), healthMaxAgeMs };
});

let known: { readonly answer: APIGatewayProxyStructuredResultV2; readonly untilMs: number } | undefined;

/** `GET /api/health`: says whether the agent does its work. */
export const handler = middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>()
  .use(injectLambdaContext(logger))
  .handler(async () => {
    const nowMs = systemClock.now();
    if (known === undefined || nowMs >= known.untilMs) {
      const answer = answerHealth(await readHealth(), MAX_AGE_SECONDS);
      known = { answer, untilMs: nowMs + MAX_AGE_SECONDS * 1000 };
    }
    return known.answer;
  });

async function readHealth(): Promise<Health> {
  try {
    const { store, healthMaxAgeMs } = await warmed();
    const record = await store.read(AbortSignal.timeout(READ_TIMEOUT_MS));
    return healthOf(record, healthMaxAgeMs, systemClock.now());
  } catch (error) {
    logger.error('Health could not be read', { error });
    return { healthy: false, reason: describeError(error) };
  }
}
