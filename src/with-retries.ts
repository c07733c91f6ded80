import type { Clock } from './clock.ts';

/** Waits before the second, third and fourth attempt, in milliseconds, each halved at most by chance. */
const WAITS_MS = [250, 1000, 3000] as const;

export interface RetryOptions {
  /** Whether to try again after this error: how long to wait at least, in milliseconds; undefined: give up. */
  readonly retryAfterMs: (error: unknown) => number | undefined;
  readonly clock: Clock;
  /** From 0 to 1; spreads the attempts of many. */
  readonly random: () => number;
  readonly signal: AbortSignal;
}

/**
 * Makes up to four attempts, and none once the signal has aborted.
 * @throws what the last attempt threw, also when the signal ends a wait: that alone tells whether it had an effect
 */
export async function withRetries<T>(attempt: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { retryAfterMs, clock, random, signal } = options;
  for (const waitMs of WAITS_MS) {
    try {
      return await attempt();
    } catch (error) {
      const leastMs = signal.aborted ? undefined : retryAfterMs(error);
      if (leastMs === undefined) throw error;
      await clock.sleep(Math.max(leastMs, jittered(waitMs, random)), signal).catch(() => undefined);
      if (signal.aborted) throw error;
    }
  }
  return attempt();
}

/** Between half of a wait and all of it. `random` gives 0 to 1. */
export function jittered(waitMs: number, random: () => number): number {
  return waitMs * (1 - random() / 2);
}
