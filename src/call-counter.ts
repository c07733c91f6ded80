export type CallCounts = Readonly<Record<string, number>>;

/** Counts the requests that were sent, by service and operation, repeated attempts included. */
export class CallCounter {
  readonly #counts = { prefect: new Map<string, number>(), ecs: new Map<string, number>() };

  count(service: 'prefect' | 'ecs', operation: string): void {
    const counts = this.#counts[service];
    counts.set(operation, (counts.get(operation) ?? 0) + 1);
  }

  /** The counts since the last call, which starts them anew. */
  take(): { readonly prefect: CallCounts; readonly ecs: CallCounts } {
    const taken = {
      prefect: Object.fromEntries(this.#counts.prefect),
      ecs: Object.fromEntries(this.#counts.ecs),
    };
    this.#counts.prefect.clear();
    this.#counts.ecs.clear();
    return taken;
  }
}
