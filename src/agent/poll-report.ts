import type { FlowRun } from './flow-run.ts';

/** What became of a flow run that a poll touched. */
export type RunOutcome = 'started' | 'put-back' | 'left' | 'failed' | 'cancelled' | 'lost' | 'unknown';

export interface RunReport {
  readonly flowRunId: string;
  readonly name: string;
  readonly outcome: RunOutcome;
  /** The task, or why there is none. */
  readonly detail: string;
  /**
   * How long after its start time the run was handed to the platform, in milliseconds; negative when that was
   * before it, and the run's process waits. Started runs only.
   */
  readonly lateMs?: number;
}

/** The sum of one `start()`. */
export interface PollReport {
  readonly polls: number;
  readonly failedPolls: number;
  readonly found: number;
  readonly claimed: number;
  readonly started: number;
  readonly putBack: number;
  /** Due runs that could not be launched and were not claimed. */
  readonly left: number;
  readonly failed: number;
  /** Runs that were too late, where such runs are cancelled. */
  readonly cancelled: number;
  readonly lost: number;
  readonly unknown: number;
  /** Runs at a standstill that were launched again, put back, failed or ended. Absent: none. */
  readonly recovered?: number;
  /** Why due runs were left in the queue, untouched: the limit that was reached. Absent: none was. */
  readonly overLimit?: string;
  /** Why a run was left or put back for a reason that lies in the agent: the first such reason. */
  readonly blockedFor?: string;
  /** The first 200 runs, in the order in which they were settled. */
  readonly runs: readonly RunReport[];
}

/** A long-lived agent must not grow with every run it starts. */
const MAX_RUNS = 200;

/** Counts what the polls of one `start()` did. */
export class PollTally {
  polls = 0;
  failedPolls = 0;
  found = 0;
  claimed = 0;
  recovered = 0;
  overLimit: string | undefined;
  /** The first reason that lies in the agent and kept a run from being launched. */
  blockedFor: string | undefined;
  readonly #outcomes: Record<RunOutcome, number> = {
    started: 0,
    'put-back': 0,
    left: 0,
    failed: 0,
    cancelled: 0,
    lost: 0,
    unknown: 0,
  };
  readonly #runs: RunReport[] = [];

  /** How many runs were or may have been launched. */
  get launches(): number {
    return this.#outcomes.started + this.#outcomes.unknown;
  }

  add(run: Pick<FlowRun, 'id' | 'name'>, outcome: RunOutcome, detail: string, lateMs?: number): void {
    this.#outcomes[outcome]++;
    if (this.#runs.length >= MAX_RUNS) return;
    const report = { flowRunId: run.id, name: run.name, outcome, detail };
    this.#runs.push(lateMs === undefined ? report : { ...report, lateMs });
  }

  report(): PollReport {
    return {
      polls: this.polls,
      failedPolls: this.failedPolls,
      found: this.found,
      claimed: this.claimed,
      started: this.#outcomes.started,
      putBack: this.#outcomes['put-back'],
      left: this.#outcomes.left,
      failed: this.#outcomes.failed,
      cancelled: this.#outcomes.cancelled,
      lost: this.#outcomes.lost,
      unknown: this.#outcomes.unknown,
      ...(this.recovered > 0 && { recovered: this.recovered }),
      ...(this.overLimit !== undefined && { overLimit: this.overLimit }),
      ...(this.blockedFor !== undefined && { blockedFor: this.blockedFor }),
      runs: [...this.#runs],
    };
  }
}
