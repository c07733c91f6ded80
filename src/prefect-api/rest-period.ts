import { PrefectApiError } from '../errors.ts';
import { MAX_RETRY_AFTER_MS } from './resend.ts';

/** However long the API asks to be left alone, it is asked again after this time, in milliseconds. */
const LONGEST_MS = 3_600_000;

/** The time for which the API asked to be left alone: nothing is sent before it is over. */
export class RestPeriod {
  /** Its end, in milliseconds since the epoch; undefined when the API never asked. */
  untilMs: number | undefined;

  /** Takes note of an answer that asks for a longer wait than a request waits itself. An hour at most counts. */
  note(error: unknown, nowMs: number): void {
    const retryAfterMs = error instanceof PrefectApiError ? (error.retryAfterMs ?? 0) : 0;
    if (retryAfterMs <= MAX_RETRY_AFTER_MS) return;
    // Answers to requests that were under way together may name different waits.
    this.untilMs = Math.max(this.untilMs ?? 0, nowMs + Math.min(retryAfterMs, LONGEST_MS));
  }

  /** @throws PrefectApiError while it lasts. */
  throwIfResting(operation: string, nowMs: number): void {
    const leftMs = (this.untilMs ?? nowMs) - nowMs;
    if (leftMs <= 0) return;
    const until = new Date(nowMs + leftMs).toISOString();
    throw new PrefectApiError(
      `Prefect API, ${operation}: not sent, for the API asked to be left alone until ${until}.`,
      { effect: 'none', transient: true, retryAfterMs: leftMs },
    );
  }
}
