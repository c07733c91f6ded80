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

const logger = new Logger();

let store: ControlStore | undefined;

/** `GET /api/health`: 200 while the agent does its work, 503 and the reason when it does not. */
export const handler = middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>()
  .use(injectLambdaContext(logger))
  .handler(async () => {
    const health = await readHealth();
    const { healthy, ...about } = health;
    const body = health.healthy
      ? { status: 'pass', lastSuccess: new Date(health.lastSuccessMs).toISOString() }
      : { status: 'fail', ...about };
    return {
      statusCode: healthy ? 200 : 503,
      headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
      body: JSON.stringify(body),
    };
  });

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
