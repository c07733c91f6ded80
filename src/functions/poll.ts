import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import { once } from '../once.ts';
import { environment } from '../settings/environment.ts';
import { likelyTypos } from '../settings/unknown-names.ts';
import { invocationOf } from './invocation.ts';
import { parsePollEvent } from './poll-event.ts';
import { handlePoll, type PollResult } from './handle-poll.ts';
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

/** Each tick of the schedule, a poke or an invocation by hand: makes one bounded batch of polls and ends. */
export const handler = middy<unknown, PollResult>()
  .use(injectLambdaContext(logger))
  .handler(async (event, context) => {
    const request = parsePollEvent(event);
    const warm = await warmed();
    return handlePoll(warm, request, {
      ...invocationOf(context),
      measure: async (ended) => {
        const { awsRequestId, functionName } = context;
        const { writeMetrics } = await import('./write-metrics.ts');
        writeMetrics(ended, { awsRequestId, functionName, chosen: warm.settings.metrics });
      },
    });
  });
