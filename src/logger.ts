type Log = (message: string, ...fields: Record<string, unknown>[]) => void;

/** What the project asks of a logger. Powertools' Logger and the command line's both fit. */
export interface Logger {
  readonly debug: Log;
  readonly info: Log;
  readonly warn: Log;
  readonly error: Log;
}
