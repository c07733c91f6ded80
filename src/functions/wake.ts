import { type PollReport, PollTally } from '../agent/poll-report.ts';
import type { CallCounts } from '../call-counter.ts';
import { AgentError } from '../errors.ts';
import type { PlannedRun } from '../plan.ts';
import { timeoutSignal } from '../timeout-signal.ts';
import type { Begun } from './poll-and-note.ts';
import type { PollEvent } from './poll-event.ts';
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

/**
 * One invocation of the poll function: bounded batches of polls, or what they would do.
 * @throws AwsError when the control record can't be had; else what `Agent.start` throws.
 */
export async function wake(
  warm: Warm,
  { dryRun = false, maxPolls }: PollEvent,
  { id, remainingMs }: Invocation,
): Promise<PollResult> {
  const { agent, calls, clock } = warm;
  const startMs = clock.now();
  const late = new AgentError('The time of this invocation is used up.');
  using timeout = timeoutSignal(clock, remainingMs - ANSWER_RESERVE_MS, late);
  const { signal } = timeout;
  const deadlineMs = startMs + remainingMs - RECORD_RESERVE_MS;
  const begun = { id, startMs, deadlineMs, maxPolls, tally: new PollTally(), signal };
  const done = await (dryRun ? plan(warm, begun) : poll(warm, begun));
  return { agent: agent.name, durationMs: clock.now() - startMs, calls: calls.take(), ...done };
}

async function poll(warm: Warm, begun: Begun): Promise<Done> {
  const { pollAndNote } = await polling;
  const { report, notes } = await pollAndNote(warm, begun);
  return { dryRun: false, notes, ...report };
}

async function plan(warm: Warm, begun: Begun): Promise<Done> {
  const { planOnly } = await import('./plan-only.ts');
  return { dryRun: true, ...(await planOnly(warm, begun)) };
}
