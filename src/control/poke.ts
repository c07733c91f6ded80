import { leftAloneText, pausedText } from './health.ts';
import type { ControlRecord, ControlStore } from './control-record.ts';

/** What came of asking for a poll. */
export type PokeAnswer =
  /** An invocation of the poll function begins, under this request id. */
  | { readonly status: 'accepted'; readonly requestId: string }
  /** One is under way; it looks again before it ends. */
  | { readonly status: 'polling' }
  /** None would look at what is due, for this reason. */
  | { readonly status: 'paused'; readonly reason: string }
  | { readonly status: 'left-alone'; readonly reason: string; readonly untilMs: number };

interface PokeOptions {
  /** Invokes the poll function without waiting for it. @returns the request id */
  readonly startPoll: (signal: AbortSignal) => Promise<string>;
  readonly nowMs: number;
  readonly signal: AbortSignal;
}

/**
 * Has what is due looked for at once. The wish is written down before anything is read: an invocation that ends now
 * either finds it, or has ended for whoever reads afterwards.
 * @throws AwsError
 */
export async function poke(
  store: ControlStore,
  { startPoll, nowMs, signal }: PokeOptions,
): Promise<PokeAnswer> {
  const record = await store.poke(signal);
  return withoutPoll(record, nowMs) ?? { status: 'accepted', requestId: await startPoll(signal) };
}

function withoutPoll(
  { paused, notBeforeMs = 0, pollingUntilMs = 0 }: ControlRecord,
  nowMs: number,
): PokeAnswer | undefined {
  if (paused !== undefined) return { status: 'paused', reason: pausedText(paused) };
  if (notBeforeMs > nowMs) {
    return { status: 'left-alone', reason: leftAloneText(notBeforeMs), untilMs: notBeforeMs };
  }
  return pollingUntilMs > nowMs ? { status: 'polling' } : undefined;
}
