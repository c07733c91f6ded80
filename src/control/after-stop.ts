import type { Stops } from './control-record.ts';

/** How long a stop says something of the account, in milliseconds. */
export const STOPS_MATTER_MS = 5 * 60_000;

/** So many in a row are no chance. */
const TOO_MANY = 3;

/** The stops after one more, heard of at `atMs`: older ones count while they say something. */
export function afterStop(stops: Stops | undefined, reason: string, atMs: number): Stops {
  const before = stops !== undefined && atMs - stops.lastMs <= STOPS_MATTER_MS ? stops : undefined;
  const { count = 0, sinceMs = atMs } = before ?? {};
  return { count: count + 1, reason, sinceMs, lastMs: atMs };
}

/** Whether launching is in vain now: the circuit is open. */
export function areTooMany(stops: Stops | undefined, nowMs: number): stops is Stops {
  return stops !== undefined && stops.count >= TOO_MANY && nowMs - stops.lastMs <= STOPS_MATTER_MS;
}
