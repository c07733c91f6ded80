import { afterStop } from './after-stop.ts';
import type { ControlRecord, ControlStore } from './control-record.ts';

/** Who comes too late so often is not missed: each time another stop was written, and three open the circuit. */
const MAX_ATTEMPTS = 3;

/** What a stopped task says of the account. Moments are in milliseconds since the epoch. */
export interface HeardStop {
  readonly atMs: number;
  /** When its containers began to run; undefined: they never did. */
  readonly startedMs: number | undefined;
  /** Why it stopped, where that lies in the account. */
  readonly accountsReason: string | undefined;
}

/**
 * Counts a stop that lies in the account, in the record that was read or in what others have made of it. A task that
 * began to run since the last such stop ends the count; any other says nothing. @throws AwsError
 */
export async function recordStop(
  store: ControlStore,
  seen: ControlRecord,
  { atMs, startedMs = -Infinity, accountsReason }: HeardStop,
  signal: AbortSignal,
): Promise<void> {
  let { stops } = seen;
  if (accountsReason === undefined) {
    if (stops !== undefined && startedMs > stops.lastMs) await store.replaceStops(stops, undefined, signal);
    return;
  }
  for (let attempts = 0; attempts < MAX_ATTEMPTS; attempts += 1) {
    if (await store.replaceStops(stops, afterStop(stops, accountsReason, atMs), signal)) return;
    ({ stops } = await store.read(signal));
  }
}
