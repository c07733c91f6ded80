import type { Postponed } from './postponed.ts';

/** After so many looks in a row at which no run was ready, what they wait for won't come within seconds. */
const MAX_FRUITLESS_LOOKS = 3;

/**
 * The runs that an invocation has worked on: each once, for what came of it won't change within seconds. Those that
 * were not ready come up again when nothing else is due.
 */
export class SeenRuns {
  readonly #ids = new Set<string>();
  readonly #postponed = new Map<string, Postponed>();
  #fruitless = 0;

  get ids(): ReadonlySet<string> {
    return this.#ids;
  }

  /** @returns how many of the runs had been postponed. */
  add(runs: readonly { readonly id: string }[]): number {
    for (const { id } of runs) this.#ids.add(id);
    return runs.filter(({ id }) => this.#postponed.delete(id)).length;
  }

  /** @param found how many runs the look found at which these were not ready. */
  postpone(runs: readonly Postponed[], found: number): void {
    for (const run of runs) this.#postponed.set(run.id, run);
    if (found > 0) this.#fruitless = found > runs.length ? 0 : this.#fruitless + 1;
  }

  /** Lets postponed runs come up at the next look. False: there are none, or they were not ready too often. */
  bringBack(): boolean {
    if (this.#fruitless >= MAX_FRUITLESS_LOOKS) return false;
    return [...this.#postponed.keys()].filter((id) => this.#ids.delete(id)).length > 0;
  }

  /** Ends postponing. @returns the runs that were not ready, without those that were looked for in vain: others have them. */
  giveUp(): readonly Postponed[] {
    const runs = [...this.#postponed.values()].filter(({ id }) => this.#ids.has(id));
    this.#postponed.clear();
    return runs;
  }

  get postponed(): readonly Postponed[] {
    return [...this.#postponed.values()];
  }
}
