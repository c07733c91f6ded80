/**
 * What the agent remembers of itself from one invocation to the next. Nothing about single flow runs is in
 * it: those are in Prefect and ECS.
 */
export interface ControlRecord {
  /** When the last invocation ended, in milliseconds since the epoch. */
  readonly lastPollMs: number;
  /** When the last invocation that did its work ended; undefined when none ever did. */
  readonly lastSuccessMs: number | undefined;
  /** Why the last invocation failed; undefined when it did not. */
  readonly lastFailure: string | undefined;
}

/** How an invocation ended. `failure` is undefined when it did its work. */
export interface PollEnd {
  readonly atMs: number;
  readonly failure: string | undefined;
}

/** Keeps the control record. */
export interface ControlStore {
  /** The record; undefined before the first poll of a deployment. @throws AwsError when it can't be read. */
  read(signal: AbortSignal): Promise<ControlRecord | undefined>;
  /** Notes the end of an invocation, unless a later one was noted before. @throws AwsError */
  recordPoll(end: PollEnd, signal: AbortSignal): Promise<void>;
}
