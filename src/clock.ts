import { setTimeout as delay } from 'node:timers/promises';

/** Time as the agent sees it. Handed in, so that tests and the simulation can own it. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after `ms` milliseconds; rejects with the signal's reason as soon as it aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (ms, signal) => {
    signal?.throwIfAborted();
    try {
      await delay(ms, undefined, { signal });
    } catch (error) {
      // The timer's own AbortError hides why the wait was ended.
      signal?.throwIfAborted();
      throw error;
    }
  },
};
