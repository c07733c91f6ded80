import type { Circuit, ControlRecord } from './control-record.ts';

/** So many failures in a row are no chance: the circuit opens. */
const FAILURES_TO_OPEN = 3;

/** How an invocation ended. Moments are in milliseconds since the epoch. */
export interface PollEnd {
  readonly startMs: number;
  readonly atMs: number;
  /** Why it failed; undefined: it did its work. */
  readonly failure: string | undefined;
  /** Until when Prefect asked to be left alone; undefined: it did not. */
  readonly notBeforeMs: number | undefined;
  /** Whether a run was launched. */
  readonly launched: boolean;
  /** Why runs could not be launched, where that lies in the agent. */
  readonly blockedFor: string | undefined;
}

/** The record after an invocation: the same one when a later invocation has ended already. */
export function afterPoll(record: ControlRecord, end: PollEnd): ControlRecord {
  const { lastPollMs = 0 } = record;
  if (lastPollMs >= end.atMs) return record;
  // What another invocation learnt of launching since this one began is newer.
  const isOverlapped = lastPollMs > end.startMs;
  const notBeforeMs = Math.max(record.notBeforeMs ?? 0, end.notBeforeMs ?? 0);
  const isLeftAlone = notBeforeMs > end.atMs;
  return {
    ...record,
    lastPollMs: end.atMs,
    lastSuccessMs: end.failure === undefined ? end.atMs : record.lastSuccessMs,
    lastFailure: isLeftAlone ? undefined : end.failure,
    notBeforeMs: isLeftAlone ? notBeforeMs : undefined,
    circuit: isOverlapped ? record.circuit : nextCircuit(record.circuit, end),
    pollingUntilMs: undefined,
  };
}

/** It opens with the third failure in a row, and closes with the first launch. */
function nextCircuit(
  circuit: Circuit | undefined,
  { launched, blockedFor, atMs }: PollEnd,
): Circuit | undefined {
  if (launched) return undefined;
  if (blockedFor === undefined) return circuit;
  const failures = (circuit?.failures ?? 0) + 1;
  const openedAtMs = circuit?.openedAtMs ?? (failures >= FAILURES_TO_OPEN ? atMs : undefined);
  return { failures, reason: blockedFor, openedAtMs };
}
