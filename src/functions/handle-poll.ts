import { type PollReport, PollTally } from '../agent/poll-report.ts';
import type { TakenCalls } from '../call-counter.ts';
import type { PlannedRun } from '../compose/plan.ts';
import { type Invocation, invocationTimeout } from './invocation.ts';
import type { PollEvent } from './poll-event.ts';
import type { EndedPoll } from './poll-metrics.ts';
import type { Warm } from './warm.ts';

// Apart from the entry, and yet begun at once: it loads while settings are read.
const polling = import('./poll-and-note.ts');

/** Kept free at the end of an invocation for the control record, in milliseconds. */
const RECORD_RESERVE_MS = 2000;

/** Kept free for answering: Lambda's time-out must never be what ends an invocation. In milliseconds. */
const ANSWER_RESERVE_MS = 300;

/** What an invocation answers: what was done, and what it cost in calls. */
export type PollResult = {
  readonly agent: string;
  readonly durationMs: number;
  readonly calls: TakenCalls;
} & Done;

type Done = {
  /** What people should know of the agent's state: that it leaves Prefect alone, that nothing can be launched. */
  readonly notes: readonly string[];
} & (
  ({ readonly dryRun: false } & PollReport) | { readonly dryRun: true; readonly runs: readonly PlannedRun[] }
);

interface PollInvocation extends Invocation {
  /** Told what polls did, whether they failed or not, unless that is nothing. @default nobody */
  readonly measure?: (ended: EndedPoll) => Promise<void>;
}

/**
 * One invocation of the poll function: bounded batches of polls, or what they would do.
 * @throws AwsError when the control record can't be had; else what `Agent.start` throws.
 */
export async function handlePoll(
  warm: Warm,
  { dryRun = false, maxPolls }: PollEvent,
  { id, remainingMs, measure }: PollInvocation,
): Promise<PollResult> {
  const { agent, calls, clock } = warm;
  const startMs = clock.now();
  using timeout = invocationTimeout(clock, remainingMs - ANSWER_RESERVE_MS);
  const { signal } = timeout;
  const deadlineMs = startMs + remainingMs - RECORD_RESERVE_MS;
  const begun = { id, startMs, deadlineMs, maxPolls, tally: new PollTally(), signal };
  const cost = () => ({ agent: agent.name, durationMs: clock.now() - startMs, calls: calls.take() });
  if (dryRun) {
    const { planOnly } = await import('./plan-only.ts');
    const planned = await planOnly(warm, begun);
    return { ...cost(), dryRun, ...planned };
  }
  const { pollAndNote } = await polling;
  const { report, notes, isBlocked, failure } = await pollAndNote(warm, begun);
  const spent = cost();
  const ended = { ...spent, report, isBlocked };
  if (!isIdle(ended) || failure !== undefined) await measure?.(ended);
  if (failure !== undefined) throw failure.error;
  return { ...spent, dryRun, notes, ...report };
}

function isIdle({ report, calls, isBlocked }: EndedPoll): boolean {
  const { found, recovered = 0 } = report;
  return found + recovered + (calls.throttles ?? 0) === 0 && !isBlocked;
}
