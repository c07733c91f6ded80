import { describeError } from '../describe-error.ts';
import type { FlowRun } from './flow-run.ts';
import type { HeldRun } from './held-run.ts';
import type { LaunchedTask } from './launched-task.ts';
import type { RecoveryContext } from './recovery-context.ts';
import type { Settlement } from './prefect-backend.ts';

const REASON = 'The flow run was cancelled.';

/**
 * Stops the tasks of runs that a user has cancelled, and ends the cancelling of those that have none: a process
 * that is stopped does not say so itself.
 * @returns the ids of both.
 */
export async function stopCancelled<Run extends FlowRun>(
  { backend, claimant, finder, logger, signal }: RecoveryContext<Run>,
  seen: readonly { readonly held: HeldRun<Run>; readonly tasks: readonly LaunchedTask[] }[],
): Promise<readonly string[]> {
  const ended: Settlement[] = [];
  const stopped: string[] = [];
  for (const { held, tasks } of seen) {
    if (held.stage !== 'cancelled' && held.stage !== 'cancelling') continue;
    const { run } = held;
    const living = tasks.filter(({ end }) => end === undefined);
    for (const { id } of living) {
      logger.info(`Stopping the task of flow run ${run.id}, which was cancelled`, {
        flowRunId: run.id,
        task: id,
      });
      try {
        await finder.stop(run, id, REASON, signal);
        stopped.push(run.id);
      } catch (error) {
        logger.error(`Could not stop the task of flow run ${run.id}`, {
          flowRunId: run.id,
          reason: describeError(error),
        });
      }
    }
    if (held.stage === 'cancelling' && living.length === 0 && (tasks.length > 0 || !held.isLaunched))
      ended.push({
        kind: 'cancelled',
        held: 'cancelling',
        flowRunId: run.id,
        reason: 'Flow run is cancelled',
      });
  }
  if (ended.length > 0) await backend.settle(ended, claimant, signal);
  return [...stopped, ...ended.map(({ flowRunId }) => flowRunId)];
}
