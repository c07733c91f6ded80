import { createEcs, type EmbeddedEcs } from '../../src/sandbox/ecs/ecs-server.ts';
import type { Task } from '../../src/sandbox/ecs/new-task.ts';
import { createPrefect1, type EmbeddedPrefect1 } from '../../src/sandbox/prefect1/prefect1-server.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { Choices } from './choices.ts';
import { Control } from './control.ts';
import type { FaultKind } from './fault-kinds.ts';
import { seededFaultPlan } from './fault-plan.ts';
import { flowContainers } from './flow-container.ts';
import { Leaks } from './leaks.ts';
import type { Mutation } from './mutations.ts';
import { Records, runOf } from './records.ts';
import { Trace } from './trace.ts';

export interface WorldOptions {
  readonly seed: number;
  readonly kinds: ReadonlySet<FaultKind>;
  readonly mutation: Mutation;
  /** How long things go wrong, in milliseconds. */
  readonly stormMs: number;
}

/** Why a task may not start: for the sake of what it runs, and for the account's. */
const START_FAILURES = [
  'CannotPullContainerError: pull image manifest has been retried 1 time(s): not found',
  'ResourceInitializationError: unable to pull secrets or registry auth: i/o timeout',
] as const;

/** Everything outside of the agent: one clock, the APIs, the control table, and what is recorded of them. */
export class World {
  readonly clock = new VirtualClock();
  readonly trace = new Trace(this.clock);
  readonly records = new Records(this.trace);
  readonly leaks = new Leaks(this.trace);
  readonly stormEndMs: number;
  readonly api: EmbeddedPrefect1;
  readonly ecs: EmbeddedEcs;
  readonly control: Control;
  readonly kinds: ReadonlySet<FaultKind>;
  readonly mutation: Mutation;
  /** Whether a wall clock has jumped: from then on nobody can say what another process takes for now. */
  hasJumped = false;
  readonly #seed: number;

  constructor({ seed, kinds, mutation, stormMs }: WorldOptions) {
    const { clock, trace, records, leaks } = this;
    this.#seed = seed;
    this.kinds = kinds;
    this.mutation = mutation;
    const startMs = clock.now();
    this.stormEndMs = startMs + stormMs;
    const faults = seededFaultPlan({
      ...{ kinds, trace, startMs, endMs: this.stormEndMs, now: () => clock.now() },
      choices: this.choices('faults'),
    });
    this.api = createPrefect1({ clock, seed, faults });
    this.ecs = this.#createEcs(faults);
    const control = this.choices('control');
    this.control = new Control({
      ...{ world: clock, trace, choices: control },
      fails: () => this.isPlayed('control-errors') && control.chance(0.15),
    });
    this.api.onStateChange((event) => {
      records.stateChanged(event);
      leaks.watch('a state', event.to);
    });
    this.ecs.onTaskChange((task: Task) => {
      records.taskChanged(task);
    });
  }

  choices(purpose: string): Choices {
    return new Choices(this.#seed, purpose);
  }

  /** Whether something of the kind may go wrong now. */
  isPlayed(kind: FaultKind): boolean {
    return this.kinds.has(kind) && this.clock.now() < this.stormEndMs;
  }

  /** Does something at a moment, in milliseconds since the epoch; now, when that is over. */
  at(atMs: number, work: () => void): void {
    void this.clock.sleep(Math.max(0, atMs - this.clock.now())).then(work);
  }

  #createEcs(faults: ReturnType<typeof seededFaultPlan>): EmbeddedEcs {
    const { clock, records } = this;
    const tasks = this.choices('tasks');
    return createEcs({
      ...{ clock, seed: this.#seed, faults },
      runner: flowContainers({ clock, api: this.api, records, choices: this.choices('flows') }),
      provisioningMs: () => tasks.between(15, this.kinds.has('slow-provisioning') ? 200 : 60) * 1000,
      startFailure: (task) => {
        const isHit = tasks.chance(0.2);
        const stoppedReason = tasks.pick(START_FAILURES);
        if (!isHit || !this.isPlayed('failed-starts')) return undefined;
        if (stoppedReason === START_FAILURES[0]) records.failedToStart(runOf(task));
        return { stopCode: 'TaskFailedToStart', stoppedReason };
      },
    });
  }
}
