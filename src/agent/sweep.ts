import { describeError } from '../describe-error.ts';
import type { FlowRun } from './flow-run.ts';
import type { PollContext } from './poll-context.ts';
import { timeoutSignal } from '../timeout-signal.ts';
import { AgentError } from '../errors.ts';

/** Younger claims are still being worked on, in milliseconds: no invocation lasts longer. */
const CLAIM_AGE_MS = 120_000;

/** How long a flow process has to end by itself after its run was cancelled; it looks every 15 s. */
const CANCEL_GRACE_MS = 60_000;

/** How long a run that was cancelled is looked at, in milliseconds. */
const CANCELLED_WITHIN_MS = 10 * 60_000;

/** What a sweep may take of an invocation, in milliseconds; what it does not reach waits for the next one. */
const SWEEP_MS = 15_000;

/**
 * Looks for runs that this agent has claimed and that are at a standstill: one request when there are none. Never
 * throws, for due runs are not to wait for it.
 * @returns why it failed; undefined: it did not, or the platform can't say which tasks a run has.
 */
export async function sweep<Run extends FlowRun>(context: PollContext<Run>): Promise<string | undefined> {
  const { backend, claimant, clock, budget, logger, platform } = context;
  const limitMs = Math.min(SWEEP_MS, budget.launchMs() / 2);
  if (platform.finder === undefined || limitMs <= 0) return undefined;
  const late = new AgentError('The sweep took too long.');
  using timeout = timeoutSignal(clock, limitMs, late, budget.work);
  const { signal } = timeout;
  const nowMs = clock.now();
  const query = {
    agent: claimant.agent,
    claimedBeforeMs: nowMs - CLAIM_AGE_MS,
    cancelledAfterMs: nowMs - CANCELLED_WITHIN_MS,
    cancelledBeforeMs: nowMs - CANCEL_GRACE_MS,
  };
  try {
    const held = await backend.sweep(query, signal);
    if (held.length === 0) return undefined;
    // Loaded with the first run that has to be looked at: most sweeps find none.
    const { recover } = await import('./recover.ts');
    return await recover(context, held, await platform.finder(), signal);
  } catch (error) {
    logger.error('The sweep failed', { error });
    return describeError(error);
  }
}
