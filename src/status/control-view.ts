import { areTooMany } from '../control/after-stop.ts';
import type { ControlRecord } from '../control/control-record.ts';

/** The control record with times that people read. */
export interface ControlView {
  readonly lastPoll: string | null;
  readonly lastSuccess: string | null;
  readonly lastFailure: string | null;
  /** Until when Prefect asked to be left alone, while that lasts. */
  readonly notBefore: string | null;
  readonly paused: { readonly since: string; readonly reason: string | null } | null;
  readonly circuit: {
    readonly failures: number;
    readonly reason: string;
    /** null: not yet open. */
    readonly opened: string | null;
  } | null;
  /** Tasks in a row that stopped for a reason that lies in the account, while that holds the circuit open. */
  readonly stops: {
    readonly count: number;
    /** Why the last of them did. */
    readonly reason: string;
    /** When the first of them was heard of. */
    readonly since: string;
  } | null;
}

export function controlView(record: ControlRecord, nowMs: number): ControlView {
  const { lastPollMs, lastSuccessMs, lastFailure, notBeforeMs, paused, circuit, stops } = record;
  return {
    lastPoll: iso(lastPollMs),
    lastSuccess: iso(lastSuccessMs),
    lastFailure: lastFailure ?? null,
    notBefore: notBeforeMs !== undefined && notBeforeMs > nowMs ? iso(notBeforeMs) : null,
    paused:
      paused === undefined
        ? null
        : { since: new Date(paused.sinceMs).toISOString(), reason: paused.reason ?? null },
    circuit:
      circuit === undefined
        ? null
        : { failures: circuit.failures, reason: circuit.reason, opened: iso(circuit.openedAtMs) },
    stops: areTooMany(stops, nowMs)
      ? { count: stops.count, reason: stops.reason, since: new Date(stops.sinceMs).toISOString() }
      : null,
  };
}

function iso(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}
