/**
 * What the agent remembers of itself from one invocation to the next. Nothing about single flow runs is in
 * it: those are in Prefect and ECS. Moments are in milliseconds since the epoch.
 */
export interface ControlRecord extends PollMemory {
  /** How often a poll was asked for. One that differs from what a poll has read says that it was poked since. */
  readonly pokes: number;
  /** undefined: the agent claims what is due. */
  readonly paused: Pause | undefined;
  /** undefined: no task has stopped for a reason that lies in the account since one has begun to run. */
  readonly stops: Stops | undefined;
}

/** What the polls write. The rest is written by people and what acts for them, and where stopped tasks are heard of. */
export interface PollMemory {
  /** When the last invocation ended; undefined before the first. It grows, so it tells one record from the next. */
  readonly lastPollMs: number | undefined;
  /** When the last invocation that did its work ended; undefined when none ever did. */
  readonly lastSuccessMs: number | undefined;
  /** Why the last invocation failed; undefined when it did not, or only because Prefect asked to be left alone. */
  readonly lastFailure: string | undefined;
  /** Until when Prefect asked to be left alone. It may be over. */
  readonly notBeforeMs: number | undefined;
  /** undefined: the last launch worked, or there was none yet. */
  readonly circuit: Circuit | undefined;
  /** Until when an invocation under way looks again when it is poked; undefined: none is. It may be over. */
  readonly pollingUntilMs: number | undefined;
}

/** That somebody wants nothing to be claimed. */
export interface Pause {
  readonly sinceMs: number;
  readonly reason: string | undefined;
}

/** Tasks in a row that were launched and stopped for a reason that lies in the account. */
export interface Stops {
  readonly count: number;
  /** Why the last of them did. */
  readonly reason: string;
  /** When the first of them was heard of. */
  readonly sinceMs: number;
  /** When the last was. */
  readonly lastMs: number;
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

/** The record of a deployment in which nothing has happened yet. */
export const EMPTY_RECORD: ControlRecord = {
  lastPollMs: undefined,
  lastSuccessMs: undefined,
  lastFailure: undefined,
  notBeforeMs: undefined,
  circuit: undefined,
  pollingUntilMs: undefined,
  pokes: 0,
  paused: undefined,
  stops: undefined,
};

/** Keeps the control record. Each method is one request, and throws AwsError when it can't be done. */
export interface ControlStore {
  read(signal: AbortSignal): Promise<ControlRecord>;
  /** Notes that an invocation looks again when it is poked until `untilMs`. @returns the record as it then is */
  begin(untilMs: number, signal: AbortSignal): Promise<ControlRecord>;
  /**
   * Writes what polls write of `next` if the record still is `previous`: nobody who was frozen sets it back, and no
   * poke is missed.
   * @returns whether it was written
   */
  replace(previous: ControlRecord, next: PollMemory, signal: AbortSignal): Promise<boolean>;
  /** Notes that a poll is asked for. @returns the record as it then is */
  poke(signal: AbortSignal): Promise<ControlRecord>;
  /** Pauses the agent; undefined resumes it. @returns the record as it was before */
  pause(pause: Pause | undefined, signal: AbortSignal): Promise<ControlRecord>;
  /** Writes the stops if they still are `previous`. @returns whether they were written */
  replaceStops(previous: Stops | undefined, next: Stops | undefined, signal: AbortSignal): Promise<boolean>;
}
