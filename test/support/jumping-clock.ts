import { type Clock, systemClock } from '../../src/clock.ts';

/** The real clock, which a test can put forward; what sleeps then does not wake earlier. */
export class JumpingClock implements Clock {
  #aheadMs = 0;

  now(): number {
    return Date.now() + this.#aheadMs;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return systemClock.sleep(ms, signal);
  }

  jump(seconds: number): void {
    this.#aheadMs += seconds * 1000;
  }
}
