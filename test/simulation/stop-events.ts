import { handleTaskStopped } from '../../src/functions/handle-task-stopped.ts';
import { parseTaskStopped } from '../../src/functions/task-stopped-event.ts';
import type { Task } from '../../src/sandbox/ecs/new-task.ts';
import { taskStateChange } from '../../src/sandbox/ecs/task-state-change.ts';
import { Invocation } from './invocation.ts';
import { Processes } from './processes.ts';
import { runOf } from './records.ts';
import type { World } from './world.ts';

/** The time-out of the function. */
const TIMEOUT_MS = 60_000;

/** When Lambda tries again what failed, in milliseconds after it. */
const RETRIES_MS = [60_000, 120_000] as const;

/** Tells the function of each task that has stopped, as EventBridge does: late, twice, out of order, or never. */
export class StopEvents {
  readonly #world: World;
  readonly #processes: Processes;
  #count = 0;

  constructor(world: World) {
    this.#world = world;
    this.#processes = new Processes(world, 'σ');
  }

  listen(): void {
    this.#world.ecs.onTaskChange((task) => {
      if (task.lastStatus === 'STOPPED') this.#deliver(task);
    });
  }

  #deliver(task: Task): void {
    const world = this.#world;
    const { clock, records, stormEndMs } = world;
    const name = `stop-${(this.#count += 1)}`;
    const choices = world.choices(name);
    const isHit = { lost: choices.chance(0.15), late: choices.chance(0.3), repeated: choices.chance(0.2) };
    const delayMs = choices.between(200, 2000);
    const longMs = Math.min(choices.between(5000, 200_000), Math.max(0, stormEndMs - clock.now()));
    const againMs = choices.between(0, 90_000);
    if (isHit.lost && world.isPlayed('lost-event')) {
      world.trace.note('ecs', `nobody is told that task ${task.taskArn.slice(-6)} has stopped`);
      records.unheard(runOf(task));
      return;
    }
    const atMs = clock.now() + (isHit.late && world.isPlayed('late-event') ? longMs : delayMs);
    const event = taskStateChange(task);
    world.at(atMs, () => void this.#hear(name, event, runOf(task)));
    if (isHit.repeated && world.isPlayed('repeated-event'))
      world.at(atMs + againMs, () => void this.#hear(`${name}b`, event, runOf(task)));
  }

  async #hear(id: string, event: unknown, flowRunId: string): Promise<void> {
    const reference = parseTaskStopped(event);
    if (reference === undefined) return;
    for (const retryMs of [...RETRIES_MS, undefined]) {
      const done = await this.#invoke(id, reference);
      if (done) return;
      if (retryMs !== undefined) await this.#world.clock.sleep(retryMs);
    }
    this.#world.trace.note(id, 'is given up: it is among the dead letters');
    this.#world.records.unheard(flowRunId);
  }

  /** @returns whether it did its work. */
  async #invoke(id: string, reference: NonNullable<ReturnType<typeof parseTaskStopped>>): Promise<boolean> {
    const { mutation, clock, trace, prefect } = this.#world;
    let isDone = false;
    const use = this.#processes.use(async (sandbox) => {
      const { env } = sandbox;
      const invocation = new Invocation(id, env, this.#world, TIMEOUT_MS);
      sandbox.current = invocation;
      const warm = { ...sandbox.warm, settings: prefect.settings };
      mutation.finder?.((await warm.launching()).tasks, (flowRunId) => prefect.claimKey(flowRunId));
      const work = handleTaskStopped(warm, reference, { id, remainingMs: TIMEOUT_MS });
      const result = await invocation.follow(work);
      if (result !== undefined) trace.note(id, `ends well: ${result.decision}`);
      isDone = result !== undefined;
    });
    // A process that was killed says nothing: the time-out does.
    const isOver = new AbortController();
    const timeout = clock.sleep(TIMEOUT_MS, isOver.signal).catch(() => undefined);
    await Promise.race([use, timeout]);
    isOver.abort(new Error('over'));
    return isDone;
  }
}
