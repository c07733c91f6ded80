import type { Clock } from '../clock.ts';
import { PrefectApiError } from '../errors.ts';

/** Waits before the second, third and fourth attempt, in milliseconds, each halved at most by chance. */
const WAITS_MS = [250, 1000, 3000] as const;

/** A longer Retry-After is not waited for: the invocation ends instead. */
const MAX_RETRY_AFTER_MS = 10_000;

/**
 * Whether a request may be sent again after an unclear answer. `always`: sending it twice does what sending
 * it once does. `unsent`: only when it certainly had no effect.
 */
export type Resend = 'always' | 'unsent';

export interface RetryOptions {
  readonly resend: Resend;
  readonly clock: Clock;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly signal: AbortSignal;
}

/** Makes up to four attempts while the errors are transient, and obeys Retry-After up to ten seconds. */
export async function withRetries<T>(attempt: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { resend, clock, random, signal } = options;
  for (const waitMs of WAITS_MS) {
    try {
      return await attempt();
    } catch (error) {
      if (signal.aborted || !mayResend(error, resend)) throw error;
      const jittered = waitMs * (1 - random() / 2);
      await clock.sleep(Math.max(error.retryAfterMs ?? 0, jittered), signal);
    }
  }
  return attempt();
}

function mayResend(error: unknown, resend: Resend): error is PrefectApiError {
  if (!(error instanceof PrefectApiError) || !error.transient) return false;
  if ((error.retryAfterMs ?? 0) > MAX_RETRY_AFTER_MS) return false;
  return resend === 'always' || error.effect === 'none';
}
