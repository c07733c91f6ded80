import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import { CallCounter } from '../call-counter.ts';
import { systemClock } from '../clock.ts';
import { createControlStore } from '../control/create-control-store.ts';
import { createAgent } from '../create-agent.ts';
import { once } from '../once.ts';
import { environment } from '../settings/environment.ts';
import { loadSettings } from '../settings/load-settings.ts';
import { hearTaskStopped, type TaskStoppedResult } from './hear-task-stopped.ts';
import { parseTaskStopped } from './task-stopped-event.ts';

const logger = new Logger();

const warmed = once(async () => {
  const settings = await loadSettings(environment());
  const { logLevel } = settings.agent;
  logger.setLogLevel(logLevel === 'WARNING' ? 'WARN' : logLevel);
  const clock = systemClock;
  return {
    settings,
    clock,
    control: await createControlStore(settings.controlTable),
    logger,
    ...(await createAgent(settings, { logger, calls: new CallCounter(), clock })),
  };
});

/** Hears of each task that has stopped. The event only says where to look. */
export const handler = middy<unknown, TaskStoppedResult>()
  .use(injectLambdaContext(logger))
  .handler(async (event, context): Promise<TaskStoppedResult> => {
    const reference = parseTaskStopped(event);
    if (reference === undefined) return { decision: 'ignored' };
    const warm = await warmed();
    return hearTaskStopped(warm, reference, {
      id: context.awsRequestId,
      remainingMs: context.getRemainingTimeInMillis(),
    });
  });
