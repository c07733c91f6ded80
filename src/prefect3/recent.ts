import type { Clock } from '../clock.ts';

/** A warm sandbox must not grow with what it has read. */
const MAX_KEPT = 1000;

interface Kept<T> {
  readonly value: T;
  readonly atMs: number;
}

/** What was read a while ago at most. */
export class Recent<T> {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #maxAgeMs: number;
  readonly #kept = new Map<string, Kept<T>>();

  /** @param maxAgeMs what is older is forgotten, in milliseconds. */
  constructor(clock: Pick<Clock, 'now'>, maxAgeMs: number) {
    this.#clock = clock;
    this.#maxAgeMs = maxAgeMs;
  }

  has(key: string): boolean {
    const kept = this.#kept.get(key);
    return kept !== undefined && this.#clock.now() - kept.atMs < this.#maxAgeMs;
  }

  /** undefined also where that is what was kept. */
  get(key: string): T | undefined {
    return this.has(key) ? this.#kept.get(key)?.value : undefined;
  }

  set(key: string, value: T): void {
    if (this.#kept.size >= MAX_KEPT) this.#kept.clear();
    this.#kept.set(key, { value, atMs: this.#clock.now() });
  }

  delete(key: string): void {
    this.#kept.delete(key);
  }
}

/** Reads things one by one, each once in a while; who asks meanwhile waits for the same read. */
export class RecentReads<T> {
  readonly #reads: Recent<Promise<T>>;

  constructor(clock: Pick<Clock, 'now'>, maxAgeMs: number) {
    this.#reads = new Recent(clock, maxAgeMs);
  }

  /** @throws what `read` throws; that is not kept. */
  async read(key: string, read: () => Promise<T>): Promise<T> {
    const known = this.#reads.get(key);
    if (known !== undefined) return known;
    const reading = read();
    this.#reads.set(key, reading);
    try {
      return await reading;
    } catch (error) {
      this.#reads.delete(key);
      throw error;
    }
  }
}
