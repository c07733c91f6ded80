import type { Budget } from './budget.ts';
import type { Clock } from '../clock.ts';
import type { Claimant, Claimed, FlowRun } from './flow-run.ts';
import type { TaskFinder } from './launched-task.ts';
import type { LaunchOutcome } from './launch-outcome.ts';
import type { Limits } from './limits.ts';
import type { Logger } from '../logger.ts';
import type { PollTally } from './poll-report.ts';
import type { PrefectBackend } from './prefect-backend.ts';
import type { Preparation } from './preparation.ts';
import type { Timings } from './timings.ts';
import type { Trial } from './trial.ts';

/** What the steps of a poll share. */
export interface PollContext<Run extends FlowRun> {
  readonly backend: PrefectBackend<Run>;
  readonly labels: readonly string[];
  readonly claimant: Claimant;
  readonly platform: Platform<Run>;
  readonly limits: Limits;
  /** Whether one launch is all that there is for now: the circuit is open. */
  readonly onlyTry: boolean;
  readonly trial: Trial;
  readonly timings: Timings;
  readonly budget: Budget;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly tally: PollTally;
}

/** What `Agent` has its subclasses do. */
export interface Platform<Run extends FlowRun> {
  readonly prepareFlows: (runs: readonly Run[], signal: AbortSignal) => Promise<readonly Preparation[]>;
  /** How many runs can be handed over within `ms` milliseconds. */
  readonly launchable: (ms: number) => number;
  readonly deployFlows: (
    flowRuns: readonly Claimed<Run>[],
    signal: AbortSignal,
  ) => Promise<readonly LaunchOutcome[]>;
  /** Gives what finds the tasks of runs, the same at each call; undefined: the platform can't say. */
  readonly finder: (() => Promise<TaskFinder<Run>>) | undefined;
}
