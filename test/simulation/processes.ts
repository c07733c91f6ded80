import { coldSandbox, type Sandbox } from './sandbox.ts';
import type { World } from './world.ts';

const MINUTE_MS = 60_000;

/** The processes of one function, and what befalls them. */
export class Processes {
  readonly #world: World;
  readonly #name: string;
  readonly #sandboxes: Sandbox[] = [];
  #uses = 0;
  #made = 0;

  /** @param name of the function. */
  constructor(world: World, name: string) {
    this.#world = world;
    this.#name = name;
  }

  /** Has an idle process, or a new one, do something; it may be killed, frozen or have its clock jump meanwhile. */
  async use(work: (sandbox: Sandbox) => Promise<void>): Promise<void> {
    const idle = this.#idle();
    const sandbox = idle ?? (await this.#fresh());
    if (idle === undefined) this.#sandboxes.push(sandbox);
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

  /** undefined: there is none, or Lambda begins a new one. */
  #idle(): Sandbox | undefined {
    const isWarm = this.#world.choices(`sandbox of ${this.#name}${this.#uses}`).chance(0.8);
    const idle = this.#sandboxes.find(({ env, current }) => current === undefined && !env.isDead);
    return isWarm ? idle : undefined;
  }

  async #fresh(): Promise<Sandbox> {
    return coldSandbox(this.#world, `${this.#name}${(this.#made += 1)}`);
  }
}
