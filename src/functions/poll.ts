import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type { PollReport } from '../agent/poll-report.ts';
import type { CallCounts } from '../call-counter.ts';
import type { ControlStore, PollEnd } from '../control/control-record.ts';
import { describeError } from '../describe-error.ts';
import { AgentError } from '../errors.ts';
import { once } from '../once.ts';
import type { PlannedRun } from '../plan.ts';
import { timeoutSignal } from '../timeout-signal.ts';
import { parsePollEvent } from './poll-event.ts';
import { createWarm, type Warm } from './warm.ts';

/** Kept free at the end of an invocation for the control record, in milliseconds. */
const RECORD_RESERVE_MS = 2000;

/** What an invocation answers: what was done, and what it cost in calls. */
export type PollResult = {
  readonly agent: string;
  readonly durationMs: number;
  readonly calls: { readonly prefect: CallCounts; readonly ecs: CallCounts };
} & (
  ({ readonly dryRun: false } & PollReport) | { readonly dryRun: true; readonly runs: readonly PlannedRun[] }
);

const logger = new Logger();

const warmed = once(() => createWarm(logger));

/** Wakes by schedule or by hand, makes one bounded batch of polls and ends. */
export const handler = middy<unknown, PollResult>()
  .use(injectLambdaContext(logger))
  .handler(async (event, context) => {
    const request = parsePollEvent(event);
    const warm = await warmed();
    const startMs = warm.clock.now();
    const deadlineMs = startMs + context.getRemainingTimeInMillis() - RECORD_RESERVE_MS;
    const done = request.dryRun
      ? await dryRun(warm, deadlineMs)
      : await poll(warm, { deadlineMs, maxPolls: request.maxPolls, invocation: context.awsRequestId });
    const durationMs = warm.clock.now() - startMs;
    return { agent: warm.agent.name, durationMs, calls: warm.calls.take(), ...done };
  });

interface PollOptions {
  readonly deadlineMs: number;
  readonly maxPolls: number | undefined;
  readonly invocation: string;
}

async function poll(
  { agent, control, clock }: Warm,
  options: PollOptions,
): Promise<{ readonly dryRun: false } & PollReport> {
  const signal = AbortSignal.timeout(options.deadlineMs + RECORD_RESERVE_MS - clock.now());
  // A record that can't be read stops everything: a pause may be written in it.
  await control.read(signal);
  try {
    const report = await agent.start(options);
    await control.recordPoll({ atMs: clock.now(), failure: undefined }, signal);
    logger.info('Poll ended', { report });
    return { dryRun: false, ...report };
  } catch (error) {
    logger.error('Poll failed', { error });
    await recordFailure(control, { atMs: clock.now(), failure: describeError(error) }, signal);
    throw error;
  }
}

async function recordFailure(control: ControlStore, end: PollEnd, signal: AbortSignal): Promise<void> {
  try {
    await control.recordPoll(end, signal);
  } catch (error) {
    // The failure that is being recorded matters more; health goes stale and says so all the same.
    logger.error('The failure could not be recorded', { error });
  }
}

async function dryRun(warm: Warm, deadlineMs: number) {
  const { plan } = await import('../plan.ts');
  const late = new AgentError('The time of this invocation is used up.');
  using timeout = timeoutSignal(warm.clock, deadlineMs - warm.clock.now(), late);
  const runs = await plan(warm, warm.clock, timeout.signal);
  return { dryRun: true as const, runs };
}
