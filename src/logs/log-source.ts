/** A line that a function has logged, and when, in milliseconds since the epoch. */
export interface LogEvent {
  readonly id: string;
  readonly timeMs: number;
  readonly message: string;
}

export interface LogQuery {
  readonly group: string;
  /** In CloudWatch's language for filters. @default all lines */
  readonly pattern?: string | undefined;
  /** Milliseconds since the epoch; included. */
  readonly startMs: number;
}

/** Where the logs of a deployment are read. */
export interface LogSource {
  /**
   * Hands over what was logged, oldest first, page by page.
   * @returns whether there is more than is read at once. @throws AwsError
   */
  read(
    query: LogQuery,
    onEvents: (events: readonly LogEvent[]) => void,
    signal: AbortSignal,
  ): Promise<{ readonly isCut: boolean }>;
}
