import { handlePoll } from '../../src/functions/handle-poll.ts';
import type { FaultKind } from './fault-kinds.ts';
import { Invocation } from './invocation.ts';
import { Processes } from './processes.ts';
import { StopEvents } from './stop-events.ts';
import type { World } from './world.ts';

const MINUTE_MS = 60_000;

/** The time-out of the function. */
const TIMEOUT_MS = 58_000;

/** What befalls a world, drawn from its seed: runs, wakes, stopped tasks, users. */
export class Story {
  readonly #world: World;
  readonly #processes: Processes;
  /** Until when the function is woken, in milliseconds since the epoch. */
  readonly #endMs: number;

  constructor(world: World, endMs: number) {
    this.#world = world;
    this.#processes = new Processes(world, 'λ');
    this.#endMs = endMs;
  }

  /** Begins it. It goes on as the world's clock is moved. */
  begin(): void {
    this.#createRuns();
    this.#wakes();
    new StopEvents(this.#world).listen();
    if (this.#world.kinds.has('users')) this.#users();
    if (this.#world.kinds.has('operators')) this.#operators();
  }

  #createRuns(): void {
    const world = this.#world;
    const choices = world.choices('runs');
    const create = world.prefect.runFactory(world.ecs, choices);
    const startMs = world.clock.now();
    for (let left = choices.between(3, 12); left > 0; left -= 1) {
      const atMs = choices.between(0, world.stormEndMs - startMs - MINUTE_MS);
      world.at(startMs + atMs, () => {
        create(world.clock.now());
      });
    }
  }

  #wakes(): void {
    const world = this.#world;
    const choices = world.choices('wakes');
    let count = 0;
    for (let minuteMs = world.clock.now(); minuteMs < this.#endMs; minuteMs += MINUTE_MS) {
      const isSkipped = this.#draw('skipped-wake', 0.1, minuteMs);
      const isDouble = this.#draw('double-wake', 0.25, minuteMs);
      const isRepeated = this.#draw('repeated-event', 0.15, minuteMs);
      const atMs = minuteMs + choices.between(0, 2000);
      const id = `wake-${(count += 1)}`;
      if (!isSkipped) world.at(atMs, () => void this.#wake(id));
      if (isDouble) world.at(atMs + choices.between(0, 3000), () => void this.#wake(`${id}b`));
      if (isRepeated) world.at(atMs + choices.between(0, 40_000), () => void this.#wake(id));
    }
  }

  #draw(kind: FaultKind, probability: number, atMs: number): boolean {
    const drawn = this.#world.choices(`${kind} at ${atMs}`).chance(probability);
    return drawn && this.#world.kinds.has(kind) && atMs < this.#world.stormEndMs;
  }

  async #wake(id: string): Promise<void> {
    const { mutation } = this.#world;
    await this.#processes.use(async (sandbox) => {
      const invocation = new Invocation(id, sandbox.env, this.#world, TIMEOUT_MS);
      sandbox.current = invocation;
      const remainingMs = TIMEOUT_MS + (mutation.deadlineShiftMs ?? 0);
      const work = handlePoll(sandbox.warm, {}, { id, remainingMs });
      await invocation.followPoll(work);
    });
  }

  #users(): void {
    const world = this.#world;
    const { clock, prefect, records, stormEndMs } = world;
    const choices = world.choices('users');
    const startMs = clock.now();
    for (let left = choices.between(1, 6); left > 0; left -= 1) {
      const which = choices.random();
      const restarts = choices.chance(0.5);
      world.at(choices.between(startMs, stormEndMs), () => {
        const runs = prefect.runs();
        const run = runs[Math.floor(which * runs.length)];
        if (run === undefined) return;
        records.by('user', () => {
          // Who restarts a run wants what was wrong with it to be wrong no longer, or finds it failed again.
          if (restarts) prefect.restart(run.id);
          else prefect.cancel(run.id);
        });
      });
    }
  }

  #operators(): void {
    const { clock, prefect, stormEndMs } = this.#world;
    const choices = this.#world.choices('operators');
    for (let left = choices.between(1, 3); left > 0; left -= 1) {
      this.#world.at(choices.between(clock.now(), stormEndMs), () => {
        prefect.upset?.(choices);
      });
    }
  }
}
