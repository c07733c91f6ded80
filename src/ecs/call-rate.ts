import type { Clock } from '../clock.ts';
import { Slowest } from '../agent/slowest.ts';

/** The rate of a kind of call. */
export interface CallRateOptions {
  /** Calls a second. */
  readonly perSecond: number;
  /** Calls at once after a pause. @default as many as in a second */
  readonly burst?: number;
  /** True: never faster. False: faster where AWS turns out to allow it. */
  readonly isLimit: boolean;
}

/** Throttles that come within this time of the first are answers to calls that were under way by then. */
const SAME_THROTTLE_MS = 1000;
/** A throttle that follows another one within this time shows that the pace itself is too fast. */
const REPEATED_THROTTLE_MS = 10_000;
/** How long calls must go well before the pace is raised back to, and beyond, where it began. */
const RAISE_MS = 2000;
const RAISE_BEYOND_MS = 10_000;
/** How long a throttle keeps the pace from being raised beyond where it began. */
const KEEP_MS = 60_000;

/**
 * Paces calls to what AWS allows, for a refused call costs more than a wait: a bucket that is emptied by
 * throttles, a pace that drops while they go on and recovers when they end.
 */
export class CallRate {
  readonly #clock: Clock;
  readonly #options: CallRateOptions;
  readonly #slowest: Slowest;
  #perSecond: number;
  #nextFreeMs = -Infinity;
  #throttledMs = -Infinity;
  #changedMs = -Infinity;
  #waitedMs = -Infinity;

  constructor(clock: Clock, options: CallRateOptions) {
    this.#clock = clock;
    this.#options = options;
    this.#slowest = new Slowest(750, 10_000, clock);
    this.#perSecond = options.perSecond;
  }

  /** Waits for its turn; rejects with the signal's reason when it aborts first. */
  async turn(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const nowMs = this.#clock.now();
    const intervalMs = this.#intervalMs;
    // Turns are handed out in a row; one may be taken as much ahead of its time as the burst allows.
    this.#nextFreeMs = Math.max(this.#nextFreeMs, nowMs) + intervalMs;
    const waitMs = this.#nextFreeMs - nowMs - this.#burstMs;
    if (waitMs <= 0) return;
    this.#waitedMs = nowMs + waitMs;
    try {
      await this.#clock.sleep(waitMs, signal);
    } catch (error) {
      // Nobody calls in this turn. If it were kept, those who give up would push everyone else ever further back.
      this.#nextFreeMs -= intervalMs;
      throw error;
    }
  }

  /** How many turns can be had within `ms` milliseconds. */
  available(ms: number): number {
    const aheadMs = Math.max(0, this.#nextFreeMs - this.#clock.now());
    return Math.max(0, Math.floor((ms + this.#burstMs - aheadMs) / this.#intervalMs));
  }

  /** Takes note of how long a call took without its wait, in milliseconds, whatever came of it. */
  took(ms: number): void {
    this.#slowest.note(ms);
  }

  /** How long a call is taken to last, in milliseconds: as the slowest lately, 750 to 10,000. */
  get slowestMs(): number {
    return this.#slowest.ms;
  }

  /** Takes note of a call that AWS refused for the rate. */
  throttled(): void {
    const nowMs = this.#clock.now();
    this.#nextFreeMs = Math.max(this.#nextFreeMs, nowMs + this.#burstMs);
    const sinceMs = nowMs - this.#throttledMs;
    if (sinceMs < SAME_THROTTLE_MS) return;
    this.#throttledMs = nowMs;
    this.#changedMs = nowMs;
    const { perSecond } = this.#options;
    // The first may only mean that others have used the burst up.
    const reduced = sinceMs < REPEATED_THROTTLE_MS ? this.#perSecond * 0.7 : this.#perSecond;
    this.#perSecond = Math.max(1, Math.min(reduced, perSecond));
  }

  /** Takes note of a call that AWS served. */
  served(): void {
    const nowMs = this.#clock.now();
    const { perSecond, isLimit } = this.#options;
    const isBelow = this.#perSecond < perSecond;
    if (this.#changedMs === -Infinity) this.#changedMs = nowMs;
    if (nowMs - this.#changedMs < (isBelow ? RAISE_MS : RAISE_BEYOND_MS)) return;
    // Calls that did not have to wait say nothing about a faster pace.
    const mayExceed = !isLimit && nowMs - this.#throttledMs >= KEEP_MS && nowMs - this.#waitedMs < 1000;
    if (!isBelow && !mayExceed) return;
    this.#changedMs = nowMs;
    const raised = this.#perSecond + Math.max(1, perSecond / 10);
    this.#perSecond = isBelow ? Math.min(raised, perSecond) : raised;
  }

  get #intervalMs(): number {
    return 1000 / this.#perSecond;
  }

  get #burstMs(): number {
    return (this.#options.burst ?? this.#options.perSecond) * this.#intervalMs;
  }
}
