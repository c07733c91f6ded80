import { inspect } from 'node:util';
import type { Trace } from './trace.ts';

/** The API key. It is sent to Prefect, and must be found nowhere else. */
export const CANARY = 'canary-6f1c0e';

/** Sees that the API key is written nowhere. */
export class Leaks {
  readonly #trace: Trace;
  #isFound = false;

  constructor(trace: Trace) {
    this.#trace = trace;
  }

  /** Looks for the key in anything that people, consoles or tables show. */
  watch(where: string, shown: unknown): void {
    if (this.#isFound) return;
    const text = typeof shown === 'string' ? shown : inspect(shown, { depth: 10, breakLength: Infinity });
    this.#isFound = text.includes(CANARY);
    if (this.#isFound) this.#trace.violation('5', `the API key is in ${where}`);
  }
}
