import type { Clock } from '../clock.ts';

/** A warm sandbox must not grow with what it has read. */
const MAX_KEPT = 1000;

interface Kept<T> {
  readonly reading: Promise<T>;
  readonly atMs: number;
}

/** Reads things one by one, each once in a while; who asks meanwhile waits for the same read. */
export class RecentReads<T> {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #maxAgeMs: number;
  readonly #kept = new Map<string, Kept<T>>();

  /** @param maxAgeMs what is older is read anew, in milliseconds. */
  constructor(clock: Pick<Clock, 'now'>, maxAgeMs: number) {
    this.#clock = clock;
    this.#maxAgeMs = maxAgeMs;
  }

  /** @throws what `read` throws; that is not kept. */
  async read(key: string, read: () => Promise<T>): Promise<T> {
    const nowMs = this.#clock.now();
    const known = this.#kept.get(key);
    if (known !== undefined && nowMs - known.atMs < this.#maxAgeMs) return known.reading;
    if (this.#kept.size >= MAX_KEPT) this.#kept.clear();
    const reading = read();
    this.#kept.set(key, { reading, atMs: nowMs });
    try {
      return await reading;
    } catch (error) {
      this.#kept.delete(key);
      throw error;
    }
  }
}
