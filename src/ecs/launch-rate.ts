import type { Clock } from '../clock.ts';

/** What AWS allows RunTask on Fargate, for an account in a region: 20 at once, then 20 a second. */
const BURST = 20;
const LAUNCHES_PER_SECOND = 20;

/** Paces launches to the rate that AWS allows: a refused call costs more than a wait. */
export class LaunchRate {
  readonly #clock: Clock;
  #nextFreeMs = -Infinity;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Waits for its turn; rejects with the signal's reason when it aborts first. */
  async turn(signal: AbortSignal): Promise<void> {
    const nowMs = this.#clock.now();
    const intervalMs = 1000 / LAUNCHES_PER_SECOND;
    // Turns are handed out in a row; one may be taken as much ahead of its time as the burst allows.
    this.#nextFreeMs = Math.max(this.#nextFreeMs, nowMs) + intervalMs;
    const waitMs = this.#nextFreeMs - nowMs - BURST * intervalMs;
    if (waitMs > 0) await this.#clock.sleep(waitMs, signal);
  }
}
