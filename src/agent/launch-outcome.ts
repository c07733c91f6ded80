/** What became of one claimed flow run in `deployFlows`. */
export type LaunchOutcome =
  | {
      readonly kind: 'started';
      /** Names the infrastructure that runs the flow: a task ARN, a process id. */
      readonly infrastructureId: string;
      /** The same as Prefect's own agent or worker names it. @default infrastructureId */
      readonly recordedId?: string | undefined;
      /** For the run's log, as in "Submitted for execution: Task arn:…". */
      readonly info: string;
      /** Where people can read what the run's process prints; a line of the run's log of its own. */
      readonly logsUrl?: string | undefined;
    }
  /** Certainly not started, through no fault of the run: it goes back to the queue. */
  | { readonly kind: 'retry'; readonly reason: string; readonly delayMs?: number }
  /**
   * Not sent, for the time was used up. Whoever was held up for so long can't know what others have done meanwhile:
   * it goes back to the queue once it is seen that nobody else has launched it.
   */
  | { readonly kind: 'unsent'; readonly reason: string }
  /** The same as `retry`, and no other run could be started either, for it lies in the agent: nothing more is claimed. */
  | { readonly kind: 'blocked'; readonly reason: string }
  /** May have been started: the claim stays, and whoever launches it again uses the same claim key. */
  | { readonly kind: 'unknown'; readonly reason: string }
  /** Certainly not started, and it never will be: the run is marked Failed with the reason. */
  | { readonly kind: 'failed'; readonly reason: string };

export function failed(reason: string): LaunchOutcome & { readonly kind: 'failed' } {
  return { kind: 'failed', reason };
}

export function retry(reason: string, delayMs?: number): LaunchOutcome {
  return delayMs === undefined ? { kind: 'retry', reason } : { kind: 'retry', reason, delayMs };
}

export function unsent(reason: string): LaunchOutcome {
  return { kind: 'unsent', reason };
}

export function blocked(reason: string): LaunchOutcome & { readonly kind: 'blocked' } {
  return { kind: 'blocked', reason };
}

export function unknown(reason: string): LaunchOutcome {
  return { kind: 'unknown', reason };
}

/** Of a run that a platform said nothing of: that must not make the agent forget it. */
export const FORGOTTEN = unknown('deployFlows answered no outcome for this run');
