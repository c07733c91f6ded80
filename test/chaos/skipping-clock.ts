import { type Clock, systemClock } from '../../src/clock.ts';

/** The system's clock, but that time can be skipped in which nothing would happen. */
export class SkippingClock implements Clock {
  /** How far it is ahead of the system's clock, in milliseconds. */
  aheadMs = 0;

  now(): number {
    return systemClock.now() + this.aheadMs;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return systemClock.sleep(ms, signal);
  }

  skipTo(ms: number): void {
    this.aheadMs += Math.max(0, ms - this.now());
  }
}
