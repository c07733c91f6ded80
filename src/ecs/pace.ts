import type { Clock } from '../clock.ts';

/** Hands out turns: a burst at once, then so many a second. */
export class Pace {
  readonly #clock: Clock;
  readonly #intervalMs: number;
  readonly #burstMs: number;
  #nextFreeMs = -Infinity;

  constructor(clock: Clock, burst: number, perSecond: number) {
    this.#clock = clock;
    this.#intervalMs = 1000 / perSecond;
    this.#burstMs = burst * this.#intervalMs;
  }

  /** Waits for its turn; rejects with the signal's reason when it aborts first. */
  async turn(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const nowMs = this.#clock.now();
    // Turns are handed out in a row; one may be taken as much ahead of its time as the burst allows.
    this.#nextFreeMs = Math.max(this.#nextFreeMs, nowMs) + this.#intervalMs;
    const waitMs = this.#nextFreeMs - nowMs - this.#burstMs;
    if (waitMs > 0) await this.#clock.sleep(waitMs, signal);
  }
}
