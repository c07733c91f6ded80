/** Waits between polls of a long-lived agent, in milliseconds; from `prefect/agent/agent.py`, 1.4.1. */
const WAITS_MS = [250, 500, 1000, 2000, 4000, 8000, 10_000] as const;

/** The wait after a poll: the shortest when it found work, and a longer one for each idle poll in a row. */
export class Backoff {
  #idlePolls = 0;

  /** How long to wait now, in milliseconds, after a poll that did or did not find work. */
  next(foundWork: boolean): number {
    this.#idlePolls = foundWork ? 0 : Math.min(this.#idlePolls + 1, WAITS_MS.length - 1);
    return WAITS_MS[this.#idlePolls] ?? 10_000;
  }
}
