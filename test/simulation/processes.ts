import { coldSandbox, type Sandbox } from './sandbox.ts';
import type { World } from './world.ts';

const MINUTE_MS = 60_000;

/** The processes of one function, and what befalls them. */
export class Processes {
  readonly #world: World;
  readonly #name: string;
  readonly #sandboxes: Sandbox[] = [];
  #uses = 0;

  /** @param name of the function. */
  constructor(world: World, name: string) {
    this.#world = world;
    this.#name = name;
  }

  /** Has an idle process, or a new one, do something; it may be killed, frozen or have its clock jump meanwhile. */
  async use(work: (sandbox: Sandbox) => Promise<void>): Promise<void> {
    const sandbox = this.#sandbox();
    const { env } = sandbox;
    this.#doom(sandbox);
    await work(sandbox);
    sandbox.current = undefined;
    env.offsetMs = 0;
  }

  #doom({ env }: Sandbox): void {
    const world = this.#world;
    const { clock, trace, stormEndMs } = world;
    const nowMs = clock.now();
    const choices = world.choices(`fate of ${this.#name}${(this.#uses += 1)}`);
    const isHit = { kill: choices.chance(0.15), freeze: choices.chance(0.15), jump: choices.chance(0.1) };
    const steps = { kill: choices.between(1, 40), freeze: choices.between(1, 40) };
    const freezeMs = choices.between(1000, 4 * MINUTE_MS);
    const jump = { ms: choices.between(-MINUTE_MS, MINUTE_MS), afterMs: choices.between(0, 40_000) };
    env.stepsToLive = isHit.kill && world.isPlayed('kill') ? steps.kill : Infinity;
    env.stepsToFreeze = isHit.freeze && world.isPlayed('freeze') ? steps.freeze : Infinity;
    env.freezeMs = Math.min(freezeMs, Math.max(0, stormEndMs - nowMs - 1000));
    if (!isHit.jump || !world.isPlayed('clock-jump')) return;
    world.at(nowMs + jump.afterMs, () => {
      world.hasJumped = true;
      env.offsetMs += jump.ms;
      trace.note(env.name, `its clock jumps by ${jump.ms / 1000} s`);
    });
  }

  #sandbox(): Sandbox {
    const isWarm = this.#world.choices(`sandbox of ${this.#name}${this.#uses}`).chance(0.8);
    const idle = this.#sandboxes.find(({ env, current }) => current === undefined && !env.isDead);
    if (idle !== undefined && isWarm) return idle;
    const fresh = coldSandbox(this.#world, `${this.#name}${this.#sandboxes.length + 1}`);
    this.#sandboxes.push(fresh);
    return fresh;
  }
}
