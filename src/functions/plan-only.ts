import { leftAloneText, pausedText } from '../control/health.ts';
import { type PlannedRun, plan } from '../compose/plan.ts';
import { invocationTimeout } from './invocation.ts';
import type { Begun } from './poll-and-note.ts';
import type { Warm } from './warm.ts';

/** What polls would do. */
export interface Planned {
  readonly runs: readonly PlannedRun[];
  /** What people should know of the agent's state. */
  readonly notes: readonly string[];
}

/** A dry run: what a poll would do now, were the agent not paused. Changes nothing. @throws AwsError, PrefectApiError */
export async function planOnly(
  warm: Warm,
  { startMs, deadlineMs, signal }: Pick<Begun, 'startMs' | 'deadlineMs' | 'signal'>,
): Promise<Planned> {
  const { backend, clock, control, logger } = warm;
  const { notBeforeMs, paused } = await control.read(signal);
  const notes = paused === undefined ? [] : [pausedText(paused)];
  backend.notBeforeMs = notBeforeMs;
  if (notBeforeMs !== undefined && notBeforeMs > startMs) {
    const note = leftAloneText(notBeforeMs);
    logger.warn(note);
    return { notes: [...notes, note], runs: [] };
  }
  using timeout = invocationTimeout(clock, deadlineMs - clock.now());
  return { notes, runs: await plan(warm, clock, timeout.signal) };
}
