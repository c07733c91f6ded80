import { systemClock } from '../../src/clock.ts';

const MINUTE_MS = 60_000;

/**
 * Wakes at once and at each whole minute from then, until `signal` aborts. A wake that takes longer than its
 * minute is followed by the next at once.
 */
export async function everyMinute(signal: AbortSignal, wake: () => Promise<void>): Promise<void> {
  for (let atMs = Date.now(); ; atMs += MINUTE_MS) {
    await systemClock.sleep(Math.max(0, atMs - Date.now()), signal).catch(() => undefined);
    if (signal.aborted) return;
    await wake();
  }
}
