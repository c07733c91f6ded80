import type { PollReport } from '../agent/poll-report.ts';
import type { CallCounts } from '../call-counter.ts';
import type { Colors } from './colors.ts';
import { formatDuration } from './format-duration.ts';
import { oneLine } from './one-line.ts';
import { reportText } from './report-text.ts';

interface Cost {
  /** What people should know of the agent's state. */
  readonly notes?: readonly string[];
  readonly durationMs: number;
  readonly calls: { readonly prefect: CallCounts; readonly ecs: CallCounts };
}

/** What a batch of polls did and what it cost, for people. */
export function resultText(result: PollReport & Cost, colors: Colors): string {
  return reportText(result, colors) + costText(result);
}

/** What people should know, and on one line the duration and the number of calls. */
export function costText({ durationMs, calls, notes = [] }: Cost): string {
  const count = (counts: CallCounts) => Object.values(counts).reduce((sum, n) => sum + n, 0);
  return `${notes.map((note) => `${oneLine(note)}\n`).join('')}${formatDuration(durationMs)}, ${count(calls.prefect)} calls of the Prefect API, ${count(calls.ecs)} of ECS.\n`;
}
