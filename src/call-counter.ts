export type CallCounts = Readonly<Record<string, number>>;

/** What was counted. */
export interface TakenCalls {
  readonly prefect: CallCounts;
  readonly ecs: CallCounts;
  /** How many of them were refused for their rate; absent: none. */
  readonly throttles?: number;
}

/** Counts the requests that were sent, by service and operation, repeated attempts included. */
export class CallCounter {
  readonly #counts = { prefect: new Map<string, number>(), ecs: new Map<string, number>() };
  #throttles = 0;

  count(service: 'prefect' | 'ecs', operation: string): void {
    const counts = this.#counts[service];
    counts.set(operation, (counts.get(operation) ?? 0) + 1);
  }

  /** Counts a request that was refused for the rate of requests. */
  throttled(): void {
    this.#throttles += 1;
  }

  /** The counts since the last call, which starts them anew. */
  take(): TakenCalls {
    const taken = {
      prefect: Object.fromEntries(this.#counts.prefect),
      ecs: Object.fromEntries(this.#counts.ecs),
      ...(this.#throttles > 0 && { throttles: this.#throttles }),
    };
    this.#throttles = 0;
    this.#counts.prefect.clear();
    this.#counts.ecs.clear();
    return taken;
  }
}
