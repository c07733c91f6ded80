import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../src/clock.ts';

interface Timer {
  readonly atMs: number;
  readonly fire: () => void;
}

/** Time that stands still until it is moved. */
export class VirtualClock implements Clock {
  #nowMs: number;
  #timers: Timer[] = [];

  constructor(startMs = Date.parse('2026-11-23T12:00:00Z')) {
    this.#nowMs = startMs;
  }

  now(): number {
    return this.#nowMs;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    return new Promise((resolve, reject) => {
      const timer = { atMs: this.#nowMs + ms, fire: resolve };
      this.#timers.push(timer);
      signal?.addEventListener('abort', () => {
        this.#timers = this.#timers.filter((other) => other !== timer);
        reject(signal.reason as Error);
      });
    });
  }

  /** Moves time by `ms`, ending each sleep on the way at its own moment. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms;
    for (;;) {
      await setImmediate();
      const next = this.#next();
      if (next === undefined || next.atMs > untilMs) break;
      this.#fire(next);
    }
    this.#nowMs = untilMs;
    await setImmediate();
  }

  /** Moves time from sleep to sleep until the work is done. */
  async until<T>(work: Promise<T>): Promise<T> {
    const state = { done: false };
    const finish = () => {
      state.done = true;
    };
    work.then(finish, finish);
    for (;;) {
      await setImmediate();
      if (state.done) return work;
      const next = this.#next();
      if (next !== undefined) this.#fire(next);
    }
  }

  #next(): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) if (next === undefined || timer.atMs < next.atMs) next = timer;
    return next;
  }

  #fire(timer: Timer): void {
    this.#timers = this.#timers.filter((other) => other !== timer);
    this.#nowMs = Math.max(this.#nowMs, timer.atMs);
    timer.fire();
  }
}
