/** What came of a check. `unknown`: it could not be made. */
export interface Verdict {
  readonly status: 'ok' | 'warning' | 'failed' | 'unknown';
  readonly detail: string;
  /** What to do about it. Absent: nothing. */
  readonly todo?: string;
}

/** One question about the surroundings of an agent. It changes nothing, and may throw: then it could not be made. */
export interface Check {
  readonly name: string;
  readonly run: (signal: AbortSignal) => Promise<Verdict>;
}

export function ok(detail: string): Verdict {
  return { status: 'ok', detail };
}

export function warning(detail: string, todo: string): Verdict {
  return { status: 'warning', detail, todo };
}

export function failed(detail: string, todo: string): Verdict {
  return { status: 'failed', detail, todo };
}

export function unknown(detail: string, todo?: string): Verdict {
  return todo === undefined ? { status: 'unknown', detail } : { status: 'unknown', detail, todo };
}
