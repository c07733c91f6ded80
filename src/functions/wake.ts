import { PollFailedError } from '../agent/poll-failed-error.ts';
import { type PollReport, PollTally } from '../agent/poll-report.ts';
import type { CallCounts } from '../call-counter.ts';
import type { ControlRecord } from '../control/control-record.ts';
import { blockedText, leftAloneText } from '../control/health.ts';
import { recordPoll } from '../control/record-poll.ts';
import { describeError } from '../describe-error.ts';
import { AgentError } from '../errors.ts';
import type { PlannedRun } from '../plan.ts';
import { timeoutSignal } from '../timeout-signal.ts';
import type { PollEvent } from './poll-event.ts';
import type { Warm } from './warm.ts';

/** Kept free at the end of an invocation for the control record, in milliseconds. */
const RECORD_RESERVE_MS = 2000;

/** Kept free for answering: Lambda's time-out must never be what ends an invocation. In milliseconds. */
const ANSWER_RESERVE_MS = 300;

/** What an invocation answers: what was done, and what it cost in calls. */
export type PollResult = {
  readonly agent: string;
  readonly durationMs: number;
  readonly calls: { readonly prefect: CallCounts; readonly ecs: CallCounts };
} & Done;

type Done = {
  /** What people should know of the agent's state: that it leaves Prefect alone, that nothing can be launched. */
  readonly notes: readonly string[];
} & (
  ({ readonly dryRun: false } & PollReport) | { readonly dryRun: true; readonly runs: readonly PlannedRun[] }
);

interface Invocation {
  readonly id: string;
  /** What is left of the function's time-out, in milliseconds. */
  readonly remainingMs: number;
}

interface Begun {
  readonly id: string;
  readonly startMs: number;
  readonly deadlineMs: number;
  /** The record as it was at the start. */
  readonly record: ControlRecord | undefined;
  /** Ends reading and writing the record. */
  readonly signal: AbortSignal;
}

/**
 * One invocation of the poll function: one bounded batch of polls between a look at the control record and a note
 * in it.
 * @throws AwsError when the record can't be had; else what `Agent.start` throws.
 */
export async function wake(
  warm: Warm,
  request: PollEvent,
  { id, remainingMs }: Invocation,
): Promise<PollResult> {
  const { agent, calls, clock, control } = warm;
  const startMs = clock.now();
  using timeout = timeoutSignal(clock, remainingMs - ANSWER_RESERVE_MS, outOfTime());
  const { signal } = timeout;
  // A record that can't be read stops everything: a pause may be written in it.
  const record = await control.read(signal);
  const deadlineMs = startMs + remainingMs - RECORD_RESERVE_MS;
  const done = await invoke(warm, request, { id, startMs, deadlineMs, record, signal });
  return { agent: agent.name, durationMs: clock.now() - startMs, calls: calls.take(), ...done };
}

async function invoke(warm: Warm, { dryRun = false, maxPolls }: PollEvent, invocation: Begun): Promise<Done> {
  const { record, startMs, deadlineMs } = invocation;
  warm.backend.notBeforeMs = record?.notBeforeMs;
  if (record?.notBeforeMs !== undefined && record.notBeforeMs > startMs) {
    const note = leftAloneText(record.notBeforeMs);
    warm.logger.warn(note);
    return dryRun
      ? { dryRun, notes: [note], runs: [] }
      : { dryRun, notes: [note], ...new PollTally().report() };
  }
  return dryRun ? plan(warm, deadlineMs) : poll(warm, maxPolls, invocation);
}

async function poll(warm: Warm, maxPolls: number | undefined, invocation: Begun): Promise<Done> {
  const { agent, logger } = warm;
  const { id, deadlineMs, record } = invocation;
  const failuresBefore = record?.circuit?.failures ?? 0;
  let report: PollReport;
  try {
    report = await agent.start({ deadlineMs, maxPolls, invocation: id, failuresBefore });
  } catch (error) {
    logger.error('Poll failed', { error });
    try {
      await noteEnd(warm, invocation, error instanceof PollFailedError ? error.report : undefined, error);
    } catch (unwritten) {
      // The failure that is being recorded matters more; health goes stale and says so all the same.
      logger.error('The failure could not be recorded', { error: unwritten });
    }
    throw error;
  }
  const notes = await noteEnd(warm, invocation, report);
  logger.info('Poll ended', { report });
  return { dryRun: false, notes, ...report };
}

/** Writes what came of the polls into the record, and answers what people should know of it. */
async function noteEnd(
  { backend, clock, control, logger }: Warm,
  { record, startMs, signal }: Begun,
  report: PollReport | undefined,
  error?: unknown,
): Promise<readonly string[]> {
  const end = {
    startMs,
    atMs: clock.now(),
    failure: error === undefined ? undefined : describeError(error),
    notBeforeMs: backend.notBeforeMs,
    launched: (report?.started ?? 0) > 0,
    blockedFor: report?.blockedFor,
  };
  const next = await recordPoll(control, record, end, signal);
  const blocked = blockedText(next);
  const leftAlone = next.notBeforeMs === undefined ? undefined : leftAloneText(next.notBeforeMs);
  if (leftAlone !== undefined) logger.warn(leftAlone);
  if (blocked !== undefined) logger.error(blocked);
  return [blocked, leftAlone].filter((note) => note !== undefined);
}

async function plan(warm: Warm, deadlineMs: number): Promise<Done> {
  const { plan: planRuns } = await import('../plan.ts');
  using timeout = timeoutSignal(warm.clock, deadlineMs - warm.clock.now(), outOfTime());
  const runs = await planRuns(warm, warm.clock, timeout.signal);
  return { dryRun: true, notes: [], runs };
}

function outOfTime(): AgentError {
  return new AgentError('The time of this invocation is used up.');
}
