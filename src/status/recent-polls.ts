import type { RunOutcome } from '../agent/poll-report.ts';
import type { LoggedPoll } from './logged-poll.ts';

/** A poll in a list. */
export interface PollRow {
  readonly at: string;
  readonly requestId: string | null;
  /** Why it failed; null: it did its work. */
  readonly failure: string | null;
  readonly found: number;
  readonly claimed: number;
  readonly started: number;
  readonly putBack: number;
  readonly left: number;
  readonly failed: number;
  /** The cap that was reached, and the reason that lies in the agent. */
  readonly limits: readonly string[];
}

/** What became of a flow run, and when. */
export interface RunRow {
  readonly at: string;
  readonly flowRunId: string;
  readonly name: string;
  readonly outcome: RunOutcome;
  /** The task, or why there is none. */
  readonly detail: string;
  /** How long after its start time it was launched, in milliseconds. */
  readonly lateMs: number | null;
}

export interface RecentPolls {
  /** All that were read. */
  readonly count: number;
  readonly failedCount: number;
  readonly startedCount: number;
  /** The newest first; so are the others. */
  readonly polls: readonly PollRow[];
  readonly launches: readonly RunRow[];
  /** The runs that could not be started, each with what became of it last. */
  readonly failures: readonly RunRow[];
}

const MAX_POLLS = 20;
const MAX_RUNS = 50;

const FAILURES: ReadonlySet<RunOutcome> = new Set(['failed', 'cancelled', 'put-back', 'left', 'unknown']);

/**
 * Gathers what polls did, and holds no more of it than is shown: 20 polls, and 50 runs of each kind. Polls are added
 * in their order.
 */
export class PollGatherer {
  #count = 0;
  #failedCount = 0;
  #startedCount = 0;
  readonly #polls: PollRow[] = [];
  readonly #launches = new Map<string, RunRow>();
  readonly #failures = new Map<string, RunRow>();

  add(poll: LoggedPoll): void {
    const { failure, report } = poll;
    this.#count += 1;
    if (failure !== undefined) this.#failedCount += 1;
    this.#startedCount += report?.started ?? 0;
    this.#polls.push(pollRow(poll));
    if (this.#polls.length > MAX_POLLS) this.#polls.shift();
    const at = iso(poll.atMs);
    for (const { flowRunId, name, outcome, detail, lateMs } of report?.runs ?? []) {
      const row = { at, flowRunId, name, outcome, detail, lateMs: lateMs ?? null };
      if (outcome === 'started') {
        keep(this.#launches, row);
        this.#failures.delete(flowRunId);
      } else if (FAILURES.has(outcome)) keep(this.#failures, row);
    }
  }

  recent(): RecentPolls {
    return {
      count: this.#count,
      failedCount: this.#failedCount,
      startedCount: this.#startedCount,
      polls: this.#polls.toReversed(),
      launches: [...this.#launches.values()].reverse(),
      failures: [...this.#failures.values()].reverse(),
    };
  }
}

function pollRow({ atMs, requestId, failure, report }: LoggedPoll): PollRow {
  const { found = 0, claimed = 0, started = 0, putBack = 0, left = 0, failed = 0 } = report ?? {};
  const limits = [report?.overLimit, report?.blockedFor].filter((text) => text !== undefined);
  return {
    at: iso(atMs),
    requestId: requestId ?? null,
    failure: failure ?? null,
    found,
    claimed,
    started,
    putBack,
    left,
    failed,
    limits,
  };
}

/** A map keeps the order of insertion: the oldest is its first. */
function keep(rows: Map<string, RunRow>, row: RunRow): void {
  rows.delete(row.flowRunId);
  rows.set(row.flowRunId, row);
  const [oldest] = rows.keys();
  if (rows.size > MAX_RUNS && oldest !== undefined) rows.delete(oldest);
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
