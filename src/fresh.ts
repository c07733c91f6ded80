import type { Clock } from './clock.ts';

/**
 * How long what was read of a run may be acted upon, in milliseconds. Prefect checks no versions, so a process that
 * was frozen between a read and a write would undo what came in between.
 */
const FRESH_MS = 30_000;

/** Why what was read longer ago is not acted upon. */
export const STALE = 'What the run is was read too long ago.';

/** @param sinceMs when it was asked for, in milliseconds since the epoch */
export function isStale(sinceMs: number, clock: Pick<Clock, 'now'>): boolean {
  return clock.now() - sinceMs > FRESH_MS;
}
