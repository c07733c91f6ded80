import type { Clock } from '../clock.ts';

/** A count that is older than this is made anew, in milliseconds: tasks end. */
const COUNT_AGE_MS = 30_000;

export interface TaskCapOptions {
  /** How many tasks of the agent may be alive at once. */
  readonly max: number;
  readonly clock: Clock;
  /** How many are alive, or more than that where even this and `wanted` are not too many. Loaded when it is needed. */
  readonly count: (wanted: number, signal: AbortSignal) => Promise<number>;
}

/** Keeps the agent's live tasks below a cap: counts them now and then, and those it launches in between. */
export class TaskCap {
  readonly #options: TaskCapOptions;
  #alive = 0;
  #countedMs = -Infinity;

  constructor(options: TaskCapOptions) {
    this.#options = options;
  }

  /** How many tasks may be launched, as far as is known. */
  get room(): number {
    return this.#isKnown ? Math.max(0, this.#options.max - this.#alive) : this.#options.max;
  }

  /** Counts the tasks, unless that was done lately. Nothing may be launched when it throws. */
  async refresh(wanted: number, signal: AbortSignal): Promise<void> {
    if (this.#isKnown) return;
    const { clock, count } = this.#options;
    this.#alive = await count(wanted, signal);
    this.#countedMs = clock.now();
  }

  /** Takes note of tasks that were or may have been launched. */
  launched(tasks: number): void {
    this.#alive += tasks;
  }

  get #isKnown(): boolean {
    return this.#options.clock.now() - this.#countedMs < COUNT_AGE_MS;
  }
}
