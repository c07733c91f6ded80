/** What a worker is started with. */
export interface WorkerSetup {
  /** The bundle's file URL. */
  readonly bundle: string;
  readonly functionName: string;
}

/** One invocation, as it is sent to the worker. */
export interface InvocationRequest {
  readonly requestId: string;
  readonly event: unknown;
  /** Milliseconds since the epoch. */
  readonly deadlineMs: number;
}

/** What Lambda says of an error that a handler threw. */
interface FunctionError {
  readonly errorType: string;
  readonly errorMessage: string;
}

/** How an invocation ended: with a result, or with an error. */
export interface InvocationAnswer {
  readonly requestId: string;
  readonly result?: unknown;
  readonly error?: FunctionError;
}
