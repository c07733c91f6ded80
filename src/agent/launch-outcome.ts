/** What became of one claimed flow run in `deployFlows`. */
export type LaunchOutcome =
  | {
      readonly kind: 'started';
      /** Names the infrastructure that runs the flow: a task ARN, a process id. */
      readonly infrastructureId: string;
      /** For the run's log, as in "Submitted for execution: Task arn:…". */
      readonly info: string;
    }
  /** Certainly not started, through no fault of the run: it goes back to the queue. */
  | { readonly kind: 'retry'; readonly reason: string; readonly delayMs?: number }
  /** May have been started: the claim stays, and whoever launches it again uses the same claim key. */
  | { readonly kind: 'unknown'; readonly reason: string }
  /** Certainly not started, and it never will be: the run is marked Failed with the reason. */
  | { readonly kind: 'failed'; readonly reason: string };

export function failed(reason: string): LaunchOutcome {
  return { kind: 'failed', reason };
}

export function retry(reason: string, delayMs?: number): LaunchOutcome {
  return delayMs === undefined ? { kind: 'retry', reason } : { kind: 'retry', reason, delayMs };
}

export function unknown(reason: string): LaunchOutcome {
  return { kind: 'unknown', reason };
}
