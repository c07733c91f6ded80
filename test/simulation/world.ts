import { createEcs, type EmbeddedEcs } from '../../src/sandbox/ecs/ecs-server.ts';
import type { Task } from '../../src/sandbox/ecs/new-task.ts';
import type { Generation } from '../../src/settings/generation.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { Choices } from './choices.ts';
import { Control } from './control.ts';
import type { FaultKind } from './fault-kinds.ts';
import { seededFaultPlan } from './fault-plan.ts';
import { flowContainers } from './flow-container.ts';
import { Leaks } from './leaks.ts';
import type { Mutation } from './mutations.ts';
import type { PrefectWorld, PrefectWorldOptions } from './prefect-world.ts';
import { Prefect1World } from './prefect1/world.ts';
import { Prefect3World } from './prefect3/world.ts';
import { Records, runOf } from './records.ts';
import { Trace } from './trace.ts';

export interface WorldOptions {
  readonly seed: number;
  readonly generation: Generation;
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

const WORLDS: Readonly<Record<Generation, new (options: PrefectWorldOptions) => PrefectWorld>> = {
  1: Prefect1World,
  3: Prefect3World,
};

/** Everything outside of the agent: one clock, the APIs, the control table, and what is recorded of them. */
export class World {
  readonly clock = new VirtualClock();
  readonly trace = new Trace(this.clock);
  readonly records = new Records(this.trace);
  readonly leaks = new Leaks(this.trace);
  readonly stormEndMs: number;
  readonly prefect: PrefectWorld;
  readonly ecs: EmbeddedEcs;
  readonly control: Control;
  readonly kinds: ReadonlySet<FaultKind>;
  readonly mutation: Mutation;
  /** Whether a wall clock has jumped: from then on nobody can say what another process takes for now. */
  hasJumped = false;
  readonly #seed: number;

  constructor({ seed, generation, kinds, mutation, stormMs }: WorldOptions) {
    const { clock, trace, records } = this;
    this.#seed = seed;
    this.kinds = kinds;
    this.mutation = mutation;
    const startMs = clock.now();
    this.stormEndMs = startMs + stormMs;
    const faults = seededFaultPlan({
      ...{ kinds, trace, startMs, endMs: this.stormEndMs, now: () => clock.now() },
      choices: this.choices('faults'),
    });
    this.prefect = this.#createPrefect(generation, faults);
    this.ecs = this.#createEcs(faults);
    const control = this.choices('control');
    this.control = new Control({
      ...{ world: clock, trace, choices: control },
      fails: () => this.isPlayed('control-errors') && control.chance(0.15),
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

  #createPrefect(generation: Generation, faults: ReturnType<typeof seededFaultPlan>): PrefectWorld {
    const { clock, records, leaks } = this;
    const options: PrefectWorldOptions = {
      ...{ seed: this.#seed, clock, faults, records, leaks },
      choices: (purpose) => this.choices(purpose),
      isPlayed: (kind) => this.isPlayed(kind),
    };
    return new WORLDS[generation](options);
  }

  #createEcs(faults: ReturnType<typeof seededFaultPlan>): EmbeddedEcs {
    const { clock, records } = this;
    const tasks = this.choices('tasks');
    return createEcs({
      ...{ clock, seed: this.#seed, faults },
      runner: flowContainers(this.prefect, this.choices('flows')),
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
