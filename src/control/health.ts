import { areTooMany } from './after-stop.ts';
import type { ControlRecord, Pause } from './control-record.ts';

/** Whether the agent does its work; when it does not, why. */
export type Health =
  | {
      readonly healthy: true;
      readonly lastSuccessMs: number;
      /** That it claims nothing because somebody wants so; undefined: it does. */
      readonly note: string | undefined;
    }
  | { readonly healthy: false; readonly reason: string };

/**
 * The agent is healthy while its last poll did its work and that is not longer ago than `maxAgeMs`, and while
 * it can launch what is due. A pause changes nothing of that.
 */
export function healthOf(record: ControlRecord, maxAgeMs: number, nowMs: number): Health {
  const { lastPollMs, lastSuccessMs, lastFailure, notBeforeMs = 0, paused } = record;
  if (lastPollMs === undefined) return unhealthy('No poll has ended yet.');
  const blocked = blockedText(record, nowMs);
  if (blocked !== undefined) return unhealthy(blocked);
  if (lastFailure !== undefined) {
    return unhealthy(`The last poll failed, ${ago(lastPollMs, nowMs)}: ${lastFailure}`);
  }
  if (lastSuccessMs !== undefined && nowMs - lastSuccessMs <= maxAgeMs) {
    return { healthy: true, lastSuccessMs, note: paused && pausedText(paused) };
  }
  const why = notBeforeMs > nowMs ? `${leftAloneText(notBeforeMs)} ` : '';
  return unhealthy(
    lastSuccessMs === undefined
      ? `${why}No poll has succeeded yet.`
      : `${why}The last successful poll ended ${ago(lastSuccessMs, nowMs)}; at most ${maxAgeMs / 1000} s are expected.`,
  );
}

/** That the circuit is open, for people: nothing can be launched, or what is launched stops. undefined: it is closed. */
export function blockedText({ circuit, stops }: ControlRecord, nowMs: number): string | undefined {
  const { failures, reason, openedAtMs } = circuit ?? {};
  if (failures !== undefined && openedAtMs !== undefined) {
    return `Nothing can be launched since ${timeText(openedAtMs)}, after ${failures} failures in a row: ${reason}`;
  }
  if (!areTooMany(stops, nowMs)) return undefined;
  return `${stops.count} tasks in a row stopped for a reason that lies in the account: ${stops.reason}`;
}

/** That the API is left alone, for people. */
export function leftAloneText(notBeforeMs: number): string {
  return `Prefect asked to be left alone until ${timeText(notBeforeMs)}.`;
}

/** That nothing is claimed, for people. */
export function pausedText({ sinceMs, reason }: Pause): string {
  const since = `Paused since ${timeText(sinceMs)}`;
  return reason === undefined ? `${since}.` : `${since}: ${reason}`;
}

function unhealthy(reason: string): Health {
  return { healthy: false, reason };
}

function timeText(ms: number): string {
  return new Date(ms).toISOString();
}

function ago(ms: number, nowMs: number): string {
  return `${Math.round((nowMs - ms) / 1000)} s ago`;
}
