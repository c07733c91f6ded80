import type { FlowRun } from './flow-run.ts';
import type { Limits } from './limits.ts';
import type { Postponed } from './postponed.ts';

/** The run, when it is later than the limits allow, and why it is given up; else nothing. */
export function tooLate(
  { id, name, startTimeMs, dueSinceMs = startTimeMs }: FlowRun,
  { maxLatenessMs = Infinity }: Limits,
  nowMs: number,
): readonly Postponed[] {
  const lateMs = nowMs - dueSinceMs;
  if (lateMs <= maxLatenessMs) return [];
  const seconds = (ms: number) => `${Math.floor(ms / 1000)} s`;
  const due = new Date(dueSinceMs).toISOString();
  const reason = `Not launched: it was due at ${due}, ${seconds(lateMs)} ago, and the agent launches nothing that is later than ${seconds(maxLatenessMs)}.`;
  return [{ id, name, reason }];
}
