/** One invocation, as it is sent to the function's process. */
export interface InvocationRequest {
  readonly requestId: string;
  readonly event: unknown;
  /** Milliseconds since the epoch. */
  readonly deadlineMs: number;
}

/** What Lambda says of an error that a handler threw. */
export interface FunctionError {
  readonly errorType: string;
  readonly errorMessage: string;
}

/** What an invocation used of the machine: what Lambda's REPORT line says, and the processor's time. */
export interface InvocationUsage {
  /** From the process's start until the bundle was loaded, in milliseconds; 0 for a warm invocation. */
  readonly initMs: number;
  readonly durationMs: number;
  /** Time of the processor, user and system, in milliseconds; that of the init included. */
  readonly cpuMs: number;
  /** Most memory that the process had so far, in bytes, looked at every 50 ms. */
  readonly peakMemoryBytes: number;
}

/** How an invocation ended: with a result, or with an error. */
export interface InvocationAnswer {
  readonly requestId: string;
  readonly usage: InvocationUsage;
  readonly result?: unknown;
  readonly error?: FunctionError;
}
