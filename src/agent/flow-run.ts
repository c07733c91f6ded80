/** What the poll needs to know of a flow run, whatever the backend. Backends add their own fields. */
export interface FlowRun {
  readonly id: string;
  readonly name: string;
  /** When the run is due, in milliseconds since the epoch. */
  readonly startTimeMs: number;
  /** An agent has put the run back: it must not be launched before this moment, however long the lead. */
  readonly notBeforeMs?: number | undefined;
  /** It is Running already, and due again for retries of its tasks: it is launched only while no task of it lives. */
  readonly isRunning?: boolean;
  /** When the run was due before an agent put it back. Absent: at `startTimeMs`. */
  readonly dueSinceMs?: number | undefined;
}

/** A flow run that this agent has claimed and therefore must launch, put back or fail. */
export type Claimed<Run extends FlowRun = FlowRun> = Run & {
  /**
   * Names this claim of this run and no other. Read off the run, so that everyone who launches the claim,
   * now or after a crash, derives the same idempotency token from it.
   */
  readonly claimKey: string;
};

/** Who claims: written into the run, so that a claim whose answer was lost can be recognised. */
export interface Claimant {
  /** The agent's name. */
  readonly agent: string;
  /** Id of the invocation, unique for each call of `start()`. */
  readonly invocation: string;
}
