import type { TaskFinder } from './launched-task.ts';
import type { FlowRun } from './flow-run.ts';
import type { PollContext } from './poll-context.ts';

/** What it takes to find out about the runs that an agent holds, and to change what becomes of them. */
export type RecoveryContext<Run extends FlowRun> = Pick<
  PollContext<Run>,
  'backend' | 'claimant' | 'clock' | 'logger'
> & {
  readonly finder: TaskFinder<Run>;
  /** Whether a run whose process was interrupted goes back to the queue. False: it fails. */
  readonly rescheduleInterrupted: boolean;
  readonly signal: AbortSignal;
};
