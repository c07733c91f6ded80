import { isFinished } from '../../src/sandbox/prefect1/state.ts';
import type { FaultKind } from './fault-kinds.ts';
import { Invocation } from './invocation.ts';
import type { Mutation } from './mutations.ts';
import { runFactory } from './runs.ts';
import type { Sandbox, World } from './world.ts';

const MINUTE_MS = 60_000;

/** What an invocation is told to have: the time-out of the function less what is kept for the record. */
const BUDGET_MS = 56_000;

export interface StoryOptions {
  readonly kinds: ReadonlySet<FaultKind>;
  readonly mutation: Mutation;
  /** Until when the function is woken, in milliseconds since the epoch. */
  readonly endMs: number;
}

/** What befalls a world, drawn from its seed: runs, wakes, users, deaths. */
export class Story {
  readonly invocations: Invocation[] = [];
  readonly #world: World;
  readonly #options: StoryOptions;
  readonly #sandboxes: Sandbox[] = [];

  constructor(world: World, options: StoryOptions) {
    this.#world = world;
    this.#options = options;
  }

  /** Begins it. It goes on as the world's clock is moved. */
  begin(): void {
    this.#createRuns();
    this.#wakes();
    if (this.#options.kinds.has('users')) this.#users();
  }

  #createRuns(): void {
    const { clock, api, ecs, records, stormEndMs } = this.#world;
    const choices = this.#world.choices('runs');
    const create = runFactory({ api, ecs, records, choices });
    const startMs = clock.now();
    for (let left = choices.between(3, 12); left > 0; left -= 1) {
      const atMs = choices.between(0, stormEndMs - startMs - MINUTE_MS);
      this.#at(startMs + atMs, () => void create(clock.now()));
    }
  }

  #wakes(): void {
    const { clock } = this.#world;
    const choices = this.#world.choices('wakes');
    let count = 0;
    for (let minuteMs = clock.now(); minuteMs < this.#options.endMs; minuteMs += MINUTE_MS) {
      const isSkipped = this.#draw('skipped-wake', 0.1, minuteMs);
      const isDouble = this.#draw('double-wake', 0.25, minuteMs);
      const isRepeated = this.#draw('repeated-event', 0.15, minuteMs);
      const atMs = minuteMs + choices.between(0, 2000);
      const id = `wake-${(count += 1)}`;
      if (!isSkipped) this.#at(atMs, () => void this.#invoke(id));
      if (isDouble) this.#at(atMs + choices.between(0, 3000), () => void this.#invoke(`${id}b`));
      if (isRepeated) this.#at(atMs + choices.between(0, 40_000), () => void this.#invoke(id));
    }
  }

  #draw(kind: FaultKind, probability: number, atMs: number): boolean {
    const drawn = this.#world.choices(`${kind} at ${atMs}`).chance(probability);
    return drawn && this.#options.kinds.has(kind) && atMs < this.#world.stormEndMs;
  }

  /** One invocation, with what befalls its process. */
  async #invoke(id: string): Promise<void> {
    const { clock, trace, stormEndMs } = this.#world;
    const { mutation } = this.#options;
    const sandbox = this.#idleSandbox() ?? (await this.#freshSandbox());
    const { env, agent } = sandbox;
    const nowMs = clock.now();
    const invocation = new Invocation(id, env, nowMs + BUDGET_MS, clock, trace);
    this.invocations.push(invocation);
    sandbox.current = invocation;
    trace.note(id, `begins in ${env.name}`);
    const choices = this.#world.choices(`fate of ${this.invocations.length}`);
    env.stepsToLive = this.#draw('kill', 0.15, nowMs) ? choices.between(1, 40) : Infinity;
    const jumpMs = choices.between(-MINUTE_MS, MINUTE_MS);
    env.stepsToFreeze = this.#draw('freeze', 0.15, nowMs) ? choices.between(1, 40) : Infinity;
    env.freezeMs = Math.min(choices.between(1000, 4 * MINUTE_MS), Math.max(0, stormEndMs - nowMs - 1000));
    const told = env.now() + BUDGET_MS + (mutation.deadlineShiftMs ?? 0);
    if (this.#draw('clock-jump', 0.15, nowMs)) {
      this.#at(nowMs + choices.between(0, 40_000), () => {
        env.offsetMs += jumpMs;
        trace.note(env.name, `its clock jumps by ${jumpMs / 1000} s`);
      });
    }
    await invocation.follow(agent.start({ deadlineMs: told, invocation: id }));
    sandbox.current = undefined;
    env.offsetMs = 0;
  }

  /** undefined: there is none, or Lambda begins a new one. */
  #idleSandbox(): Sandbox | undefined {
    const choices = this.#world.choices(`sandbox of ${this.invocations.length}`);
    const idle = this.#sandboxes.find(({ env, current }) => current === undefined && !env.isDead);
    return idle !== undefined && choices.chance(0.8) ? idle : undefined;
  }

  async #freshSandbox(): Promise<Sandbox> {
    const fresh = await this.#world.coldSandbox(`λ${this.#sandboxes.length + 1}`);
    this.#sandboxes.push(fresh);
    return fresh;
  }

  #users(): void {
    const { clock, api, records, stormEndMs } = this.#world;
    const choices = this.#world.choices('users');
    const startMs = clock.now();
    for (let left = choices.between(1, 6); left > 0; left -= 1) {
      const which = choices.random();
      const restarts = choices.chance(0.5);
      this.#at(choices.between(startMs, stormEndMs), () => {
        const runs = api.flowRuns();
        const run = runs[Math.floor(which * runs.length)];
        if (run === undefined) return;
        records.by('user', () => {
          if (!restarts) {
            api.cancel(run.id);
            return;
          }
          // Who restarts a run wants what was wrong with it to be wrong no longer, or finds it failed again.
          if (!isFinished(run.state)) return;
          records.intend(run.id);
          const startTime = new Date(clock.now()).toISOString();
          api.setFlowRunState(run.id, { type: 'Scheduled', message: 'Restarted.', start_time: startTime });
        });
      });
    }
  }

  #at(atMs: number, work: () => void): void {
    const { clock } = this.#world;
    void clock.sleep(Math.max(0, atMs - clock.now())).then(work);
  }
}
