import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { systemClock } from '../clock.ts';
import type { ControlStore } from '../control/control-record.ts';
import { createControlStore } from '../control/create-control-store.ts';
import { type Health, healthOf } from '../control/health.ts';
import { describeError } from '../describe-error.ts';
import { environment } from '../settings/environment.ts';
import { loadHealthSettings } from '../settings/load-health-settings.ts';

const READ_TIMEOUT_MS = 5000;

/** How long an answer is good for, in seconds: whoever asks more often gets the same one. */
const MAX_AGE_SECONDS = 3;

const logger = new Logger();

let store: ControlStore | undefined;

let known: { readonly answer: APIGatewayProxyStructuredResultV2; readonly untilMs: number } | undefined;

/** `GET /api/health`: 200 while the agent does its work, 503 and the reason when it does not. */
export const handler = middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>()
  .use(injectLambdaContext(logger))
  .handler(async () => {
    const nowMs = systemClock.now();
    if (known === undefined || nowMs >= known.untilMs) {
      known = { answer: answer(await readHealth()), untilMs: nowMs + MAX_AGE_SECONDS * 1000 };
    }
    return known.answer;
  });

/** @see https://datatracker.ietf.org/doc/html/draft-inadarei-api-health-check-06, but for `lastSuccess` */
function answer(health: Health): APIGatewayProxyStructuredResultV2 {
  return {
    statusCode: health.healthy ? 200 : 503,
    headers: {
      'content-type': 'application/health+json',
      'cache-control': `max-age=${MAX_AGE_SECONDS}`,
    },
    body: JSON.stringify(bodyOf(health)),
  };
}

function bodyOf(health: Health): Readonly<Record<string, unknown>> {
  if (!health.healthy) return { status: 'fail', output: health.reason };
  const lastSuccess = new Date(health.lastSuccessMs).toISOString();
  return health.note === undefined
    ? { status: 'pass', lastSuccess }
    : { status: 'warn', notes: [health.note], lastSuccess };
}

async function readHealth(): Promise<Health> {
  try {
    const { controlTable, healthMaxAgeMs } = loadHealthSettings(environment());
    store ??= await createControlStore(controlTable);
    const record = await store.read(AbortSignal.timeout(READ_TIMEOUT_MS));
    return healthOf(record, healthMaxAgeMs, systemClock.now());
  } catch (error) {
    logger.error('Health could not be read', { error });
    return { healthy: false, reason: describeError(error) };
  }
}
