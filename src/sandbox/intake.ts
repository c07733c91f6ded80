import type { Clock } from '../clock.ts';
import type { Fault, FaultPlan } from './faults.ts';
import type { Reply } from './message.ts';
import { playFault } from './play-fault.ts';

/** The oldest requests go when there are more. */
const MAX_REQUESTS = 10_000;

export interface IntakeOptions {
  readonly service: 'ecs' | 'prefect';
  readonly clock: Clock;
  /** What goes wrong with which request; undefined: nothing. */
  readonly faults: FaultPlan | undefined;
  /** Aborts when the service closes. */
  readonly closing: AbortSignal;
}

/** Takes the requests to a service: keeps and counts them, and plays their faults. */
export class Intake<Request extends { readonly operation: string }> {
  /** The last 10,000, oldest first. */
  readonly requests: Request[] = [];
  /** How many requests of each operation have come. */
  readonly calls: Record<string, number> = {};
  readonly #options: IntakeOptions;

  constructor(options: IntakeOptions) {
    this.#options = options;
  }

  /** @param serve lets the request take effect; a fault of the kinds that are the service's own is for it to answer. */
  take(request: Request, serve: (fault: Fault | undefined) => Reply | Promise<Reply>): Promise<Reply> {
    const { service, clock, faults, closing } = this.#options;
    const { operation } = request;
    const sequence = (this.calls[operation] ?? 0) + 1;
    this.calls[operation] = sequence;
    this.requests.push(request);
    if (this.requests.length > MAX_REQUESTS) this.requests.shift();
    const fault = faults?.({ service, operation, sequence });
    return playFault({ fault, clock, closing, serve: () => serve(fault) });
  }
}
