import type { Clock } from '../clock.ts';
import { Slowest } from './slowest.ts';

/** Telling is some requests and a claim is one, so each says something of the other. */
const REQUESTS_TO_TELL = 3;

/** The bounds of what is kept free for telling, in milliseconds. */
const LEAST_TELLING_MS = 2500;
const MOST_TELLING_MS = 20_000;

/** How long the steps of a poll have lasted lately. A warm agent keeps it from one start to the next. */
export class Timings {
  readonly #claim: Slowest;
  readonly #telling: Slowest;

  constructor(clock: Clock) {
    this.#claim = new Slowest(250, 15_000, clock);
    this.#telling = new Slowest(LEAST_TELLING_MS, MOST_TELLING_MS, clock);
  }

  /** Notes how long a claim took, in milliseconds. */
  noteClaim(tookMs: number): void {
    this.#claim.note(tookMs);
    this.#telling.note(REQUESTS_TO_TELL * tookMs);
  }

  /** Notes how long it took to tell Prefect of a batch, in milliseconds. */
  noteTelling(tookMs: number): void {
    this.#telling.note(tookMs);
  }

  /** What a claim is taken to last, in milliseconds: twice as long as the slowest lately. */
  get claimMs(): number {
    return 2 * this.#claim.ms;
  }

  /** What is kept free after the last launch for telling Prefect what became of the runs, in milliseconds. */
  get tellingMs(): number {
    return this.#telling.ms;
  }
}
