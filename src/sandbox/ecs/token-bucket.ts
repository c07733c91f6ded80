import type { Clock } from '../../clock.ts';

/** Allows a burst of `capacity` at once and `refillPerSecond` on and on. Starts full. */
export class TokenBucket {
  readonly #clock: Clock;
  readonly #capacity: number;
  readonly #refillPerSecond: number;
  #tokens: number;
  #filledAt: number;

  constructor(clock: Clock, capacity: number, refillPerSecond: number) {
    this.#clock = clock;
    this.#capacity = capacity;
    this.#refillPerSecond = refillPerSecond;
    this.#tokens = capacity;
    this.#filledAt = clock.now();
  }

  /** Takes all the tokens or none. False: there are too few. */
  take(tokens: number): boolean {
    const now = this.#clock.now();
    const refill = ((now - this.#filledAt) / 1000) * this.#refillPerSecond;
    this.#tokens = Math.min(this.#capacity, this.#tokens + refill);
    this.#filledAt = now;
    if (this.#tokens < tokens) return false;
    this.#tokens -= tokens;
    return true;
  }
}
