/** What one more measurement leaves of a slower one before: an outlier is forgotten after some dozens. */
const FADING = 0.9;

/** How long a step is taken to last: as the slowest lately, within bounds. */
export class Slowest {
  readonly #leastMs: number;
  readonly #mostMs: number;
  #ms = 0;

  /** @param leastMs what it is taken to last at least, and until one was measured, in milliseconds. */
  constructor(leastMs: number, mostMs: number) {
    this.#leastMs = leastMs;
    this.#mostMs = mostMs;
  }

  note(tookMs: number): void {
    this.#ms = Math.max(tookMs, this.#ms * FADING);
  }

  /** In milliseconds. */
  get ms(): number {
    return Math.min(this.#mostMs, Math.max(this.#leastMs, this.#ms));
  }
}
