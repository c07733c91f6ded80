import type { VirtualClock } from '../support/virtual-clock.ts';

/** What happened in a simulation, in order, for people; and what must not have happened. */
export class Trace {
  readonly lines: string[] = [];
  readonly violations: string[] = [];
  readonly #clock: VirtualClock;
  readonly #startMs: number;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
    this.#startMs = clock.now();
  }

  note(who: string, what: string): void {
    this.lines.push(`${this.#time()} ${who.padEnd(10)} ${what}`);
  }

  violation(invariant: string, what: string): void {
    const text = `invariant ${invariant}: ${what}`;
    this.violations.push(text);
    this.note('VIOLATION', text);
  }

  #time(): string {
    const ms = this.#clock.now() - this.#startMs;
    const [minutes, seconds] = [Math.floor(ms / 60_000), Math.floor(ms / 1000) % 60];
    const padded = (value: number, length = 2) => String(Math.floor(value)).padStart(length, '0');
    return `+${padded(minutes)}:${padded(seconds)}.${padded(ms % 1000, 3)}`;
  }
}
