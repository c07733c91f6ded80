import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import { once } from '../once.ts';
import { environment } from '../settings/environment.ts';
import { handleTaskStopped, type TaskStoppedResult } from './handle-task-stopped.ts';
import { invocationOf } from './invocation.ts';
import { parseTaskStopped } from './task-stopped-event.ts';
import { createWarm } from './warm.ts';

const logger = new Logger();

const warmed = once(() => createWarm(logger, environment()));

/** Each event of ECS that a task has stopped: decides what becomes of its run. The event only says where to look. */
export const handler = middy<unknown, TaskStoppedResult>()
  .use(injectLambdaContext(logger))
  .handler(async (event, context): Promise<TaskStoppedResult> => {
    const reference = parseTaskStopped(event);
    if (reference === undefined) return { decision: 'ignored' };
    const warm = await warmed();
    return handleTaskStopped(warm, reference, invocationOf(context));
  });
