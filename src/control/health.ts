import type { ControlRecord } from './control-record.ts';

/** Whether the agent does its work; when it does not, why. */
export type Health =
  | { readonly healthy: true; readonly lastSuccessMs: number }
  | { readonly healthy: false; readonly reason: string };

/** The agent is healthy while its last poll did its work and that is not longer ago than `maxAgeMs`. */
export function healthOf(record: ControlRecord | undefined, maxAgeMs: number, nowMs: number): Health {
  if (record === undefined) return { healthy: false, reason: 'No poll has ended yet.' };
  const { lastSuccessMs, lastFailure } = record;
  if (lastFailure !== undefined) {
    return {
      healthy: false,
      reason: `The last poll failed, ${ago(record.lastPollMs, nowMs)}: ${lastFailure}`,
    };
  }
  if (lastSuccessMs === undefined) return { healthy: false, reason: 'No poll has succeeded yet.' };
  if (nowMs - lastSuccessMs > maxAgeMs) {
    return {
      healthy: false,
      reason: `The last successful poll ended ${ago(lastSuccessMs, nowMs)}; at most ${maxAgeMs / 1000} s are expected.`,
    };
  }
  return { healthy: true, lastSuccessMs };
}

function ago(ms: number, nowMs: number): string {
  return `${Math.round((nowMs - ms) / 1000)} s ago`;
}
