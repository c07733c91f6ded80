import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import { once } from '../once.ts';
import { environment } from '../settings/environment.ts';
import { likelyTypos } from '../settings/unknown-names.ts';
import { parsePollEvent } from './poll-event.ts';
import { type PollResult, wake } from './wake.ts';
import { createWarm } from './warm.ts';

const logger = new Logger();

const warmed = once(async () => {
  const env = environment();
  const warm = await createWarm(logger, env);
  for (const { name, nearest } of await likelyTypos(env)) {
    logger.warn(`${name} is ignored, for it is no setting. Did you mean ${nearest}?`);
  }
  return warm;
});

/** Wakes by schedule or by hand, makes one bounded batch of polls and ends. */
export const handler = middy<unknown, PollResult>()
  .use(injectLambdaContext(logger))
  .handler(async (event, context) => {
    const request = parsePollEvent(event);
    const warm = await warmed();
    const { awsRequestId, functionName } = context;
    return wake(warm, request, {
      id: awsRequestId,
      remainingMs: context.getRemainingTimeInMillis(),
      measure: async (ended) => {
        const { writeMetrics } = await import('./write-metrics.ts');
        writeMetrics(ended, { awsRequestId, functionName, chosen: warm.settings.metrics });
      },
    });
  });
