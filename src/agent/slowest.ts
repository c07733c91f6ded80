import type { Clock } from '../clock.ts';

/** What one more measurement leaves of a slower one before: an outlier is forgotten after some dozens. */
const FADING = 0.9;

/**
 * What was measured counts half as much after this time, in milliseconds. Where a step that was slow is not tried
 * any more for want of time, nothing else would ever show that it has become quick.
 */
const HALF_LIFE_MS = 60_000;

/** How long a step is taken to last: as the slowest lately, within bounds. */
export class Slowest {
  readonly #leastMs: number;
  readonly #mostMs: number;
  readonly #clock: Clock;
  #tookMs = 0;
  #notedAtMs = 0;

  /** @param leastMs what it is taken to last at least, and until one was measured, in milliseconds. */
  constructor(leastMs: number, mostMs: number, clock: Clock) {
    this.#leastMs = leastMs;
    this.#mostMs = mostMs;
    this.#clock = clock;
  }

  note(tookMs: number): void {
    this.#tookMs = Math.min(this.#mostMs, Math.max(tookMs, this.#agedMs * FADING));
    this.#notedAtMs = this.#clock.now();
  }

  /** In milliseconds. */
  get ms(): number {
    return Math.max(this.#leastMs, this.#agedMs);
  }

  get #agedMs(): number {
    // A clock that was set back makes nothing younger.
    const ageMs = Math.max(0, this.#clock.now() - this.#notedAtMs);
    return this.#tookMs * 0.5 ** (ageMs / HALF_LIFE_MS);
  }
}
