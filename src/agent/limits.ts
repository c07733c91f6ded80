/** What an agent must not exceed. What is over a limit stays in the queue, untouched. */
export interface Limits {
  /** How many runs one bounded start launches; undefined: as many as there is time for. */
  readonly maxLaunches?: number | undefined;
  /** How long after it was due a run is still launched, in milliseconds; undefined: however late it is. */
  readonly maxLatenessMs?: number | undefined;
  /** What becomes of runs that are later than that. @default "fail" */
  readonly lateRuns?: 'fail' | 'cancel' | undefined;
}
