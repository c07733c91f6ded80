import type { Task } from '../../src/sandbox/ecs/new-task.ts';
import { CLAIM_KEY_TAG } from '../../src/tasks/task-request.ts';
import type { Trace } from './trace.ts';

/** Who changes a state. */
type Actor = 'agent' | 'flow' | 'user' | 'rival';

/** The exit code of a flow process that was stopped. */
export const TERMINATED = 143;

/** A state that was set. */
export interface StateChange {
  readonly flowRunId: string;
  /** For people. */
  readonly what: string;
  /** How it ends the run, if it does so other than by the flow's success. */
  readonly end: 'failed' | 'cancelled' | undefined;
  /** Whether it is a claim of a run that had been executed, on a server that does not look. */
  readonly undoes: boolean;
}

/** So many tasks that could not be started fail their run. */
const ATTEMPTS = 3;

/** What is known of a flow run beside its state. */
interface RunRecord {
  /** How often somebody wants it to be executed: its creation, each restart, each retry, and no cancelling since. */
  intentions: number;
  /** How many of those were cancelled before they began. */
  cancelled: number;
  executions: number;
  /** Why it can't be launched; undefined: it can. */
  readonly wrong: string | undefined;
  /** How many processes of it are at work. */
  executing: number;
  /** Whether its process has crashed, or could not be started for the run's own sake three times. */
  mayFail: boolean;
  /** How often it could not be started for its own sake. */
  failedStarts: number;
  /** What tells that a task of it has stopped never came, or could not be dealt with in three attempts. */
  unheard: boolean;
}

/** Keeps what the invariants need, and checks those that can be broken at any moment. */
export class Records {
  readonly runs = new Map<string, RunRecord>();
  /** How many states were set. */
  changes = 0;
  /** How often a flow process has looked at its run. */
  arrivals = 0;
  readonly #tasks = new Map<string, string>();
  readonly #executed = new Set<string>();
  readonly #trace: Trace;
  #actor: Actor = 'agent';

  constructor(trace: Trace) {
    this.#trace = trace;
  }

  created(id: string, wrong: string | undefined): void {
    this.runs.set(id, {
      ...{ intentions: 1, cancelled: 0, executions: 0, executing: 0, failedStarts: 0 },
      ...{ wrong, mayFail: false, unheard: false },
    });
  }

  intend(id: string): void {
    const run = this.#run(id);
    // Not promised: the task of a run that was cancelled, which is started again before that task is stopped, comes too.
    run.intentions += 1 + run.cancelled;
    run.cancelled = 0;
  }

  cancel(id: string): void {
    const run = this.#run(id);
    run.cancelled += run.intentions - run.executions;
    run.intentions = run.executions;
  }

  /** Its task could not be started, for the sake of what it runs. */
  failedToStart(id: string): void {
    const run = this.#run(id);
    run.failedStarts += 1;
    run.mayFail ||= run.failedStarts >= ATTEMPTS;
  }

  /** Nobody can launch it any more. */
  spoiled(id: string): void {
    this.#run(id).mayFail = true;
  }

  /** Nobody will ever deal with the stop of a task of it. */
  unheard(id: string): void {
    const run = this.runs.get(id);
    if (run !== undefined) run.unheard = true;
  }

  /** A flow process of it has ended. */
  ended(id: string, exitCode: number): void {
    const run = this.#run(id);
    run.executing -= 1;
    run.mayFail ||= exitCode !== 0;
  }

  /** Does something in the name of `actor`; states are set at once, so nobody comes in between. */
  by<T>(actor: Actor, work: () => T): T {
    this.#actor = actor;
    try {
      return work();
    } finally {
      this.#actor = 'agent';
    }
  }

  /** A flow process looks at its run. */
  came(id: string, taskArn: string, mayRun: boolean, nowMs: number): void {
    this.arrivals += 1;
    const task = taskArn.slice(-6);
    this.#trace.note('flow', `${id.slice(0, 8)} task ${task}: ${mayRun ? 'executes' : 'ends at once'}`);
    if (!mayRun) return;
    const run = this.#run(id);
    run.executions += 1;
    run.executing += 1;
    if (this.#executed.has(taskArn)) this.#trace.violation('1', `task ${task} executes twice at ${nowMs}`);
    this.#executed.add(taskArn);
    if (run.executions > run.intentions) {
      const counts = `${run.executions} times, wanted ${run.intentions} times`;
      this.#trace.violation('1', `flow run ${id.slice(0, 8)} is executed ${counts}`);
    }
  }

  stateChanged({ flowRunId: id, what, end, undoes }: StateChange): void {
    this.changes += 1;
    this.#trace.note(this.#actor, `${id.slice(0, 8)}${what}`);
    // Who cancels a run no longer wants what has not begun.
    if (end === 'cancelled') this.cancel(id);
    if (this.#actor !== 'agent') return;
    if (undoes) this.intend(id);
    if (end !== 'failed') return;
    const { wrong, mayFail, executing } = this.#run(id);
    if (wrong === undefined && !mayFail) {
      this.#trace.violation('3', `flow run ${id.slice(0, 8)} is failed, and nothing is wrong with it`);
    }
    if (executing > 0) {
      this.#trace.violation('3', `flow run ${id.slice(0, 8)} is failed while a process of it is at work`);
    }
  }

  taskChanged(task: Task): void {
    const id = task.taskArn.slice(-6);
    if (task.version > 1) {
      const why = task.stoppedReason ?? '';
      this.#trace.note('ecs', `task ${id} ${task.lastStatus} ${why}`);
      return;
    }
    const runId = runOf(task);
    const key = task.tags.find((tag) => tag.key === CLAIM_KEY_TAG)?.value ?? 'none';
    this.#trace.note('ecs', `task ${id} for ${runId.slice(0, 8)}, claim ${key}`);
    const launch = `${runId} ${key}`;
    const other = this.#tasks.get(launch);
    if (other !== undefined) {
      this.#trace.violation(
        '1',
        `claim ${key.slice(0, 8)} of ${runId.slice(0, 8)} has tasks ${other} and ${id}`,
      );
    }
    this.#tasks.set(launch, id);
  }

  #run(id: string): RunRecord {
    const run = this.runs.get(id);
    if (run === undefined) throw new Error(`Nobody created flow run ${id}`);
    return run;
  }
}

/** The flow run that a task is for. */
export function runOf({ startedBy = '' }: Pick<Task, 'startedBy'>): string {
  return startedBy.slice(startedBy.indexOf('/') + 1);
}
