import type { FlowRun } from './flow-run.ts';

/** How a task ended. */
export interface TaskEnd {
  readonly atMs: number;
  /**
   * - `account`: something that no run can help, such as a secret, a role, the network or a quota.
   * - `interruption`: the platform took its machine away, such as Fargate Spot.
   * - `run`: anything else; the run, its image or its command.
   */
  readonly cause: 'account' | 'interruption' | 'run';
  /** The platform's own words for people, with the exit code. */
  readonly reason: string;
  /** The same for tasks that stopped for the same reason, whatever they ran. */
  readonly likeness: string;
  /** Names what the task ran, the same for runs that ran the same: to tell one bad image from a bad account. */
  readonly program: string;
  /** Of the flow process; undefined: it never ended by itself, or never began. */
  readonly exitCode: number | undefined;
}

/** A task that this agent has started for a flow run. */
export interface LaunchedTask {
  readonly id: string;
  /** Of the claim that it serves; undefined where nobody can say. */
  readonly claimKey: string | undefined;
  /** undefined while it lives: it is provisioned, waits for the start time, runs, or is stopping. */
  readonly end: TaskEnd | undefined;
}

/** What a platform knows of the tasks that it has started, from the platform itself. */
export interface TaskFinder<Run extends FlowRun> {
  /**
   * The run's tasks, those that have stopped within the last hour included. Where one lives, only the living
   * need be answered.
   * @param known ids of tasks that are looked at in any case: a list may lag behind.
   */
  find(run: Run, known: readonly string[], signal: AbortSignal): Promise<readonly LaunchedTask[]>;
  /** Ends a task. `reason` is for people. */
  stop(run: Run, taskId: string, reason: string, signal: AbortSignal): Promise<void>;
}
