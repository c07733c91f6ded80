import { carryOut } from './carry-out.ts';
import type { FlowRun } from './flow-run.ts';
import type { RecoveryContext } from './recovery-context.ts';
import type { TaskEnd } from './launched-task.ts';
import { decideRecovery, type RecoveryDecision } from './recovery-decision.ts';

/** What became of a run, and how the task had ended that was asked about; undefined: it is gone, or another one lives. */
interface Recovered {
  readonly decision: RecoveryDecision;
  readonly end: TaskEnd | undefined;
}

/**
 * Does with a run what its state and its tasks call for, after one of them has stopped. Asked twice, or late, it
 * finds nothing left to do. A claim without a task is not launched: that is the sweep's.
 * @returns undefined when the run has ended, or is in the queue.
 */
export async function recoverStopped<Run extends FlowRun>(
  context: RecoveryContext<Run>,
  flowRunId: string,
  taskId: string,
): Promise<Recovered | undefined> {
  const { backend, claimant, finder, signal } = context;
  const [held] = await backend.held([flowRunId], claimant.agent, signal);
  if (held === undefined) return undefined;
  const tasks = await finder.find(held.run, [taskId], signal);
  const decision = decideRecovery({ ...context, held, tasks });
  if (decision.kind === 'put-back' || decision.kind === 'fail') await carryOut(context, [{ held, decision }]);
  return { decision, end: tasks.find(({ id }) => id === taskId)?.end };
}
