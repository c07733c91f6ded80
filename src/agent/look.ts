import type { FlowRun } from './flow-run.ts';
import type { PollContext } from './poll-context.ts';
import { reject } from './tell.ts';
import { tooLate } from './too-late.ts';

interface LookOptions {
  /** How long before its start time a run is due, in milliseconds. */
  readonly leadMs: number;
  /** How far to look for runs that are not due yet, in milliseconds. @default 0 */
  readonly horizonMs?: number;
  /** Ids of runs that are left out. */
  readonly except: ReadonlySet<string>;
}

/** The runs that are due, and when the first will be where none is, if that is within the horizon. */
export interface Due<Run extends FlowRun> {
  readonly runs: readonly Run[];
  /** Runs that were given up. */
  readonly rejected: readonly { readonly id: string }[];
  /** Milliseconds since the epoch; Infinity: no run is known. */
  readonly nextMs: number;
  /** When they were asked for, in milliseconds since the epoch. */
  readonly askedMs: number;
}

/** Looks for due runs, and gives up those that nobody can read, or that are too late, so that they don't come up for ever. */
export async function look<Run extends FlowRun>(
  context: PollContext<Run>,
  { leadMs, horizonMs = 0, except }: LookOptions,
): Promise<Due<Run>> {
  const { backend, labels, clock, budget, tally } = context;
  const askedMs = clock.now();
  const query = { labels, beforeMs: askedMs + leadMs + horizonMs, except };
  const { runs: found, unreadable } = await backend.look(query, budget.work);
  const nowMs = clock.now();
  const dueMs = (run: Run) => Math.max(run.startTimeMs - leadMs, run.notBeforeMs ?? -Infinity);
  const late = found.flatMap((run) => tooLate(run, context.limits, nowMs));
  const lateIds = new Set(late.map(({ id }) => id));
  const runs = found.filter((run) => dueMs(run) <= nowMs && !lateIds.has(run.id));
  tally.found += runs.length + late.length + unreadable.length;
  await reject(context, unreadable);
  await reject(context, late, context.limits.lateRuns === 'cancel' ? 'cancelled' : 'failed');
  return {
    runs,
    rejected: [...unreadable, ...late],
    nextMs: Math.min(...found.map(dueMs)),
    askedMs,
  };
}
