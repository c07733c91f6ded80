/**
 * What the agent remembers of itself from one invocation to the next. Nothing about single flow runs is in
 * it: those are in Prefect and ECS. Moments are in milliseconds since the epoch.
 */
export interface ControlRecord {
  /** When the last invocation ended. It grows with each write, so it tells one record from the next. */
  readonly lastPollMs: number;
  /** When the last invocation that did its work ended; undefined when none ever did. */
  readonly lastSuccessMs: number | undefined;
  /** Why the last invocation failed; undefined when it did not, or only because Prefect asked to be left alone. */
  readonly lastFailure: string | undefined;
  /** Until when Prefect asked to be left alone. It may be over. */
  readonly notBeforeMs: number | undefined;
  /** undefined: the last launch worked, or there was none yet. */
  readonly circuit: Circuit | undefined;
}

/** That launching does not work, for a reason that lies in the agent, its settings or its account. */
export interface Circuit {
  /** How many invocations in a row had due runs of which they could launch none. Those without due runs don't count. */
  readonly failures: number;
  /** Why the last of them could not. */
  readonly reason: string;
  /** When there were too many; undefined: not yet. */
  readonly openedAtMs: number | undefined;
}

/** Keeps the control record. */
export interface ControlStore {
  /** The record; undefined before the first poll of a deployment. @throws AwsError when it can't be read. */
  read(signal: AbortSignal): Promise<ControlRecord | undefined>;
  /**
   * Writes `next` if the record still is `previous`: nobody who was frozen sets it back.
   * @returns whether it was written. @throws AwsError
   */
  replace(previous: ControlRecord | undefined, next: ControlRecord, signal: AbortSignal): Promise<boolean>;
}
