import { isDeepStrictEqual } from 'node:util';

/** Collects what holds and what does not, a line for each. */
export class Checks {
  #passed = 0;
  #failed = 0;

  equal(what: string, actual: unknown, expected: unknown): void {
    if (isDeepStrictEqual(actual, expected)) {
      this.#passed++;
      process.stdout.write(`ok      ${what}\n`);
      return;
    }
    this.#failed++;
    const shown = `  expected ${JSON.stringify(expected)}\n  got      ${JSON.stringify(actual)}\n`;
    process.stdout.write(`FAILED  ${what}\n${shown}`);
  }

  /** Prints the sums; answers the exit code. */
  end(): number {
    process.stdout.write(`${this.#passed} passed, ${this.#failed} failed\n`);
    return this.#failed === 0 ? 0 : 1;
  }
}
