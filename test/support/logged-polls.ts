interface LoggedRun {
  readonly flowRunId: string;
  readonly outcome?: string;
  readonly name?: string;
  readonly detail?: string;
  readonly lateMs?: number;
}

/** The report of a poll with these runs. */
export function reportOf(runs: readonly LoggedRun[] = [], more: Readonly<Record<string, unknown>> = {}) {
  const zero = {
    polls: 1,
    failedPolls: 0,
    claimed: 0,
    putBack: 0,
    left: 0,
    failed: 0,
    cancelled: 0,
    lost: 0,
    unknown: 0,
  };
  const full = runs.map((run) => ({ name: 'owl', outcome: 'started', detail: 'task', ...run }));
  const started = full.filter(({ outcome }) => outcome === 'started').length;
  return { ...zero, found: runs.length, started, ...more, runs: full };
}

/** The last line of an invocation that did its work. */
export function endedLine(report: unknown = reportOf(), message = 'Poll ended'): string {
  return JSON.stringify({
    level: 'INFO',
    message,
    timestamp: new Date().toISOString(),
    function_request_id: 'r-1',
    report,
  });
}

/** The last line of an invocation that failed. */
export function failedLine(name: string, message: string): string {
  return JSON.stringify({
    level: 'ERROR',
    message: 'Poll failed',
    timestamp: new Date().toISOString(),
    function_request_id: 'r-2',
    error: { name, message, location: 'x:1', stack: 'at x' },
  });
}
