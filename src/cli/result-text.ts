import type { PollReport } from '../agent/poll-report.ts';
import type { CallCounts } from '../call-counter.ts';
import type { Colors } from './colors.ts';
import { formatDuration } from './format-duration.ts';
import { reportText } from './report-text.ts';

interface Cost {
  readonly durationMs: number;
  readonly calls: { readonly prefect: CallCounts; readonly ecs: CallCounts };
}

/** What a batch of polls did and what it cost, for people. */
export function resultText(result: PollReport & Cost, colors: Colors): string {
  return reportText(result, colors) + costText(result);
}

/** The duration and the number of calls, on one line. */
export function costText({ durationMs, calls }: Cost): string {
  const count = (counts: CallCounts) => Object.values(counts).reduce((sum, n) => sum + n, 0);
  return `${formatDuration(durationMs)}, ${count(calls.prefect)} calls of the Prefect API, ${count(calls.ecs)} of ECS.\n`;
}
