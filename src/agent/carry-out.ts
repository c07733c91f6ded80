import type { FlowRun } from './flow-run.ts';
import type { HeldRun } from './held-run.ts';
import type { FlowRunLog, Settlement } from './prefect-backend.ts';
import type { RecoveryContext } from './recovery-context.ts';
import type { RecoveryDecision } from './recovery-decision.ts';

/** A run, and that it is to be put back or failed. */
export interface Ending<Run extends FlowRun> {
  readonly held: HeldRun<Run>;
  readonly decision: RecoveryDecision & { readonly kind: 'put-back' | 'fail' };
}

/**
 * Puts runs back or fails them while they still are what they were, and says in their logs why.
 * @returns the ids of those that were changed.
 */
export async function carryOut<Run extends FlowRun>(
  { backend, claimant, clock, logger, signal }: RecoveryContext<Run>,
  endings: readonly Ending<Run>[],
): Promise<readonly string[]> {
  if (endings.length === 0) return [];
  const settlements = endings.map(({ held, decision }) => settlementOf(held, decision, clock.now()));
  const results = await backend.settle(settlements, claimant, signal);
  const lines: FlowRunLog[] = [];
  for (const [i, { flowRunId, reason, kind }] of settlements.entries()) {
    const result = results[i];
    if (result?.kind === 'done') {
      const isFailed = kind === 'failed';
      const done = isFailed ? `Marked as ${backend.failedState}` : 'Put back in the queue';
      logger.warn(`${done}: flow run ${flowRunId}`, { flowRunId, reason });
      lines.push({
        flowRunId,
        level: isFailed ? 'ERROR' : 'INFO',
        message: isFailed ? reason : `${done}: ${reason}`,
      });
    } else {
      logger.warn('The state of a flow run was not changed', { ...settlements[i], ...result });
    }
  }
  if (lines.length === 0) return [];
  try {
    await backend.log(lines, claimant, signal);
  } catch (error) {
    logger.warn(`Could not write ${lines.length} line(s) to the flow runs' logs`, { error });
  }
  return lines.map(({ flowRunId }) => flowRunId);
}

function settlementOf<Run extends FlowRun>(
  held: HeldRun<Run>,
  decision: Ending<Run>['decision'],
  nowMs: number,
): Settlement {
  const about = { flowRunId: held.run.id, reason: decision.reason };
  const guard =
    'claim' in held
      ? ({ held: 'claimed', by: held.claim.claimant } as const)
      : ({ held: 'running', version: held.version } as const);
  return decision.kind === 'fail'
    ? { ...about, ...guard, kind: 'failed' }
    : { ...about, ...guard, kind: 'put-back', startTimeMs: nowMs + decision.delayMs };
}
