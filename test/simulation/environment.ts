import type { Clock } from '../../src/clock.ts';
import type { VirtualClock } from '../support/virtual-clock.ts';
import type { Trace } from './trace.ts';

/**
 * The process of a function: its view of time, and whether it lives. What is killed never goes on from any
 * wait; what is frozen goes on from all of them when it thaws.
 */
export class Environment implements Clock {
  readonly name: string;
  isDead = false;
  /** A request for the control record has failed: what it was told may be lost. */
  lostControl = false;
  /** Until when it stands still, by the world's clock. */
  frozenUntilMs = -Infinity;
  /** By how much its wall clock differs from the world's. Timers don't mind. */
  offsetMs = 0;
  /** At the how manieth step from now it dies; Infinity: never. */
  stepsToLive = Infinity;
  /** At the how manieth step from now it freezes, and for how long. */
  stepsToFreeze = Infinity;
  freezeMs = 0;
  readonly #world: VirtualClock;
  readonly #trace: Trace;

  constructor(name: string, world: VirtualClock, trace: Trace) {
    this.name = name;
    this.#world = world;
    this.#trace = trace;
  }

  now(): number {
    return this.#world.now() + this.offsetMs;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    await this.#world.sleep(ms, signal);
    await this.step();
    signal?.throwIfAborted();
  }

  /** A moment at which the process may die or freeze. Never resolves for what is dead. */
  async step(): Promise<void> {
    this.stepsToLive -= 1;
    this.stepsToFreeze -= 1;
    if (this.stepsToLive === 0) this.kill('killed');
    if (this.stepsToFreeze === 0) this.freeze(this.freezeMs);
    await this.#gate();
  }

  kill(why: string): void {
    if (this.isDead) return;
    this.isDead = true;
    this.#trace.note(this.name, why);
  }

  freeze(ms: number): void {
    this.frozenUntilMs = this.#world.now() + ms;
    this.#trace.note(this.name, `frozen for ${ms / 1000} s`);
  }

  async #gate(): Promise<void> {
    while (!this.isDead && this.frozenUntilMs > this.#world.now()) {
      await this.#world.sleep(this.frozenUntilMs - this.#world.now());
    }
    if (this.isDead) await new Promise<never>(() => undefined);
  }
}
