import type { Clock } from '../clock.ts';
import { AgentError } from '../errors.ts';
import { timeoutSignal } from '../timeout-signal.ts';
import type { Timings } from './timings.ts';

/** How long claimed runs may still be launched after a long-lived agent was told to stop, in milliseconds. */
const STOP_GRACE_MS = 20_000;

/** The time that one `start()` has, and the two signals that end its calls. */
export interface Budget extends Disposable {
  /**
   * How much time is left for launching runs that are claimed now, in milliseconds: what remains after the
   * claim and before the telling, both as long as they were lately. 0 when nothing may be claimed, also because
   * the agent was told to stop.
   */
  launchMs(): number;
  /** Ends looking, claiming and launching. */
  readonly work: AbortSignal;
  /** Ends telling; later than `work`, so that what could not be launched can be put back. */
  readonly settle: AbortSignal;
}

/**
 * A budget that ends at `deadlineMs` (milliseconds since the epoch), whatever is under way.
 * `stop` only ends the claiming: what is claimed has its launch paid for.
 */
export function invocationBudget(
  clock: Clock,
  deadlineMs: number,
  stop: AbortSignal,
  timings: Timings,
): Budget {
  const remainingMs = () => deadlineMs - clock.now();
  const reason = new AgentError('The time of this invocation is used up.');
  const settle = timeoutSignal(clock, remainingMs(), reason);
  const work = timeoutSignal(clock, remainingMs() - timings.tellingMs, reason);
  return {
    launchMs: () => (stop.aborted ? 0 : Math.max(0, remainingMs() - timings.tellingMs - timings.claimMs)),
    work: work.signal,
    settle: settle.signal,
    [Symbol.dispose]: () => {
      work[Symbol.dispose]();
      settle[Symbol.dispose]();
    },
  };
}

/** A budget without an end: it lasts until `stop` aborts, and a little longer for what is already claimed. */
export function processBudget(clock: Clock, stop: AbortSignal, timings: Timings): Budget {
  const timers = new AbortController();
  const work = new AbortController();
  const settle = new AbortController();
  const reason = new AgentError('The agent was told to stop.');
  const windDown = async () => {
    await clock.sleep(STOP_GRACE_MS, timers.signal);
    work.abort(reason);
    await clock.sleep(timings.tellingMs, timers.signal);
    settle.abort(reason);
  };
  const onStop = () => {
    windDown().catch(() => undefined);
  };
  stop.addEventListener('abort', onStop);
  return {
    launchMs: () => (stop.aborted ? 0 : Infinity),
    work: work.signal,
    settle: settle.signal,
    [Symbol.dispose]: () => {
      stop.removeEventListener('abort', onStop);
      timers.abort();
    },
  };
}
