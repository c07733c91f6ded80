import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import { recoverStopped } from '../agent/recover-stopped.ts';
import { CallCounter } from '../call-counter.ts';
import { systemClock } from '../clock.ts';
import { createAgent } from '../create-agent.ts';
import { AgentError } from '../errors.ts';
import { once } from '../once.ts';
import { environment } from '../settings/environment.ts';
import { loadSettings } from '../settings/load-settings.ts';
import { timeoutSignal } from '../timeout-signal.ts';
import { parseTaskStopped } from './task-stopped-event.ts';

/** Kept free at the end of an invocation for its error, in milliseconds. */
const RESERVE_MS = 1000;

/** What came of an event. `ignored`: it is about no task of this agent's, or about a run that has ended. */
export interface TaskStoppedResult {
  readonly decision: 'ignored' | 'leave' | 'launch' | 'put-back' | 'fail';
  readonly flowRunId?: string;
}

const logger = new Logger();

const warmed = once(async () => {
  const settings = await loadSettings(environment());
  const { logLevel } = settings.agent;
  logger.setLogLevel(logLevel === 'WARNING' ? 'WARN' : logLevel);
  const clock = systemClock;
  return { settings, clock, ...(await createAgent(settings, { logger, calls: new CallCounter(), clock })) };
});

/** Hears of each task that has stopped. The event only says where to look. */
export const handler = middy<unknown, TaskStoppedResult>()
  .use(injectLambdaContext(logger))
  .handler(async (event, context): Promise<TaskStoppedResult> => {
    const reference = parseTaskStopped(event);
    if (reference === undefined) return { decision: 'ignored' };
    const { settings, clock, backend, launching } = await warmed();
    const late = new AgentError('The time of this invocation is used up.');
    using timeout = timeoutSignal(clock, context.getRemainingTimeInMillis() - RESERVE_MS, late);
    const { signal } = timeout;
    const { tasks: finder } = await launching();
    const flowRunId = await finder.stoppedRun(reference, signal);
    if (flowRunId === undefined) return { decision: 'ignored' };
    const claimant = { agent: settings.agent.name, invocation: context.awsRequestId };
    const rescheduleInterrupted = settings.ecs.spotReschedule;
    const recovery = { backend, claimant, clock, logger, finder, rescheduleInterrupted, signal };
    const decision = await recoverStopped(recovery, flowRunId, reference.taskArn);
    logger.info('A task has stopped', { ...reference, flowRunId, decision });
    return { decision: decision?.kind ?? 'ignored', flowRunId };
  });
