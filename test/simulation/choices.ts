import { seededRandom } from '../../src/sandbox/seeded-random.ts';

/** Chance of one purpose: the same for the same seed, whatever is drawn for other purposes. */
export class Choices {
  readonly random: () => number;

  constructor(seed: number, purpose: string) {
    this.random = seededRandom(`${seed}/${purpose}`);
  }

  chance(probability: number): boolean {
    return this.random() < probability;
  }

  /** A whole number, both bounds included. */
  between(least: number, most: number): number {
    return least + Math.floor(this.random() * (most - least + 1));
  }

  pick<T>(from: readonly [T, ...T[]]): T {
    return from[Math.floor(this.random() * from.length)] ?? from[0];
  }
}
