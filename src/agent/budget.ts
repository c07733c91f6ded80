import type { Clock } from '../clock.ts';
import { AgentError } from '../errors.ts';
import { timeoutSignal } from '../timeout-signal.ts';

/**
 * Kept free after the last claim for launching it, in milliseconds. A batch of 25 takes about two seconds
 * (one claim, 25 RunTask calls at 20 a second); the rest is for a slow answer and its one retry.
 */
const LAUNCH_RESERVE_MS = 15_000;

/** Kept free after the last launch for telling Prefect what became of the runs, in milliseconds. */
const SETTLE_RESERVE_MS = 5_000;

/** How long claimed runs may still be launched after a long-lived agent was told to stop, in milliseconds. */
const STOP_GRACE_MS = 20_000;

/** The time that one `start()` has, and the two signals that end its calls. */
export interface Budget extends Disposable {
  /** False when a run claimed now might not be launched in time, or when the agent was told to stop. */
  mayClaim(): boolean;
  /** Ends looking, claiming and launching. */
  readonly work: AbortSignal;
  /** Ends telling; later than `work`, so that what could not be launched can be put back. */
  readonly settle: AbortSignal;
}

/**
 * A budget that ends at `deadlineMs` (milliseconds since the epoch), whatever is under way.
 * `stop` only ends the claiming: what is claimed has its launch paid for.
 */
export function invocationBudget(clock: Clock, deadlineMs: number, stop: AbortSignal): Budget {
  const remainingMs = () => deadlineMs - clock.now();
  const reason = new AgentError('The time of this invocation is used up.');
  const settle = timeoutSignal(clock, remainingMs(), reason);
  const work = timeoutSignal(clock, remainingMs() - SETTLE_RESERVE_MS, reason);
  return {
    mayClaim: () => !stop.aborted && remainingMs() > LAUNCH_RESERVE_MS + SETTLE_RESERVE_MS,
    work: work.signal,
    settle: settle.signal,
    [Symbol.dispose]: () => {
      work[Symbol.dispose]();
      settle[Symbol.dispose]();
    },
  };
}

/** A budget without an end: it lasts until `stop` aborts, and a little longer for what is already claimed. */
export function processBudget(clock: Clock, stop: AbortSignal): Budget {
  const timers = new AbortController();
  const work = new AbortController();
  const settle = new AbortController();
  const reason = new AgentError('The agent was told to stop.');
  const windDown = async () => {
    await clock.sleep(STOP_GRACE_MS, timers.signal);
    work.abort(reason);
    await clock.sleep(SETTLE_RESERVE_MS, timers.signal);
    settle.abort(reason);
  };
  const onStop = () => {
    windDown().catch(() => undefined);
  };
  stop.addEventListener('abort', onStop, { once: true });
  return {
    mayClaim: () => !stop.aborted,
    work: work.signal,
    settle: settle.signal,
    [Symbol.dispose]: () => {
      stop.removeEventListener('abort', onStop);
      timers.abort();
    },
  };
}
