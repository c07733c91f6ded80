import type { CallCounter } from '../call-counter.ts';
import type { Clock } from '../clock.ts';
import { PrefectApiError } from '../errors.ts';
import { isStale } from '../fresh.ts';
import { type Resend, resendAfterMs } from './resend.ts';
import { RestPeriod } from './rest-period.ts';
import { timeoutSignal } from '../timeout-signal.ts';
import { withRetries } from '../with-retries.ts';

/** The time-out of Prefect 1's own client, in milliseconds. */
const REQUEST_TIMEOUT_MS = 15_000;

/**
 * A request is not sent again when it was begun longer ago than this, in milliseconds: an API that hangs costs
 * an invocation one time-out and not four.
 */
const PATIENCE_MS = 15_000;

export interface ApiCallsOptions {
  readonly calls: Pick<CallCounter, 'throttled'>;
  readonly clock: Clock;
  /** From 0 to 1; spreads retries. @default Math.random */
  readonly random?: (() => number) | undefined;
}

/** Calls to a Prefect API: bounded in time, sent again where that helps, and not while it asks to be left alone. */
export class ApiCalls {
  /** While it lasts, calls fail without being made. */
  readonly rest = new RestPeriod();
  readonly #options: ApiCallsOptions;

  constructor(options: ApiCallsOptions) {
    this.#options = options;
  }

  /**
   * Makes a call, and up to three more while its errors are transient.
   * @param attempt one request. Its signal aborts after 15 seconds; what it then throws is of no interest.
   * @throws what the last attempt threw; of unknown effect, where that of an earlier one is.
   */
  async call<T>(
    { name, resend }: { readonly name: string; readonly resend: Resend },
    attempt: (signal: AbortSignal) => Promise<T>,
    signal: AbortSignal,
  ): Promise<T> {
    const { calls, clock, random = Math.random } = this.#options;
    const startMs = clock.now();
    let last: PrefectApiError | undefined;
    const politely = async () => {
      // The process was frozen between two attempts: what the request is about may have gone on since.
      if (last !== undefined && isStale(startMs, clock)) throw last;
      this.rest.throwIfResting(name, clock.now());
      try {
        return await this.#within(name, attempt, signal);
      } catch (error) {
        this.rest.note(error, clock.now());
        if (!(error instanceof PrefectApiError)) throw error;
        if (error.status === 429) calls.throttled();
        // That this attempt had no effect says nothing of those before it.
        last = last?.effect === 'unknown' ? inDoubt(error) : error;
        throw last;
      }
    };
    return withRetries(politely, {
      retryAfterMs: (error) =>
        clock.now() - startMs < PATIENCE_MS ? resendAfterMs(error, resend) : undefined,
      clock,
      random,
      signal,
    });
  }

  async #within<T>(
    name: string,
    attempt: (signal: AbortSignal) => Promise<T>,
    parent: AbortSignal,
  ): Promise<T> {
    const late = new PrefectApiError(
      `Prefect API, ${name}: no answer within ${REQUEST_TIMEOUT_MS / 1000} seconds.`,
      { effect: 'unknown', transient: true },
    );
    using timeout = timeoutSignal(this.#options.clock, REQUEST_TIMEOUT_MS, late, parent);
    const { signal } = timeout;
    try {
      return await attempt(signal);
    } catch (error) {
      // The signal's reason says more than the AbortError that fetch makes of it.
      if (signal.aborted) throw endedBy(name, signal);
      throw error;
    }
  }
}

function inDoubt({ message, transient, status, code, retryAfterMs, cause }: PrefectApiError) {
  return new PrefectApiError(message, { effect: 'unknown', transient, status, code, retryAfterMs, cause });
}

function endedBy(operation: string, { reason }: AbortSignal): PrefectApiError {
  if (reason instanceof PrefectApiError) return reason;
  const text = `Prefect API, ${operation}: ended before the answer came.`;
  return new PrefectApiError(text, { effect: 'unknown', transient: false, cause: reason });
}
