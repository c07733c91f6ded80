import type { ControlRecord } from '../../src/control/control-record.ts';
import { healthOf } from '../../src/control/health.ts';
import { describeError } from '../../src/describe-error.ts';
import type { PollResult } from '../../src/functions/handle-poll.ts';
import type { Environment } from './environment.ts';
import type { Exchange } from './network.ts';
import type { World } from './world.ts';

/** More than any invocation needs, whatever goes wrong with a handful of runs. */
const MAX_REQUESTS = 500;
/** The pace of launches allows 25 at once, and no more are looked for. */
const MAX_AT_ONCE = 30;
const GRACE_MS = 1000;
/** A longer Retry-After is not waited for, but kept for later invocations, in milliseconds. */
const PATIENCE_MS = 10_000;
/** As in the settings: what may be the age of the last success. */
const HEALTH_MAX_AGE_MS = 180_000;

/** One invocation of a function as seen from outside: what it does, and what it must not do. */
export class Invocation {
  readonly id: string;
  readonly env: Environment;
  readonly #world: World;
  /** By the world's clock, in milliseconds since the epoch. */
  readonly #deadlineMs: number;
  #isOver = false;
  #requests = 0;
  #atOnce = 0;
  #lastLook: Exchange['reply'] | undefined;
  /** Until when Prefect is to be left alone, as the control record says, or as it has been told itself. */
  #notBeforeMs = -Infinity;
  #wasTold = false;

  constructor(id: string, env: Environment, world: World, timeoutMs: number) {
    this.id = id;
    this.env = env;
    this.#world = world;
    this.#deadlineMs = world.clock.now() + timeoutMs;
    env.lostControl = false;
    world.trace.note(id, `begins in ${env.name}`);
  }

  requested({ service, operation, about }: Exchange): void {
    const { trace, clock, hasJumped } = this.#world;
    trace.note(this.id, `asks ${service} ${operation} ${about.slice(0, 8)}`);
    this.#requests += 1;
    this.#atOnce += 1;
    if (this.#requests === MAX_REQUESTS) trace.violation('6', `${this.id} sends without a bound`);
    if (this.#atOnce > MAX_AT_ONCE) trace.violation('6', `${this.id} sends too much at once`);
    if (service === 'prefect' && clock.now() < this.#notBeforeMs && !hasJumped)
      trace.violation('7', `${this.id} does not leave Prefect alone`);
  }

  answered({ service, operation, reply }: Exchange): void {
    this.#atOnce -= 1;
    if (operation === this.#world.prefect.look) this.#lastLook = reply;
    const shown = typeof reply === 'string' ? reply : String(reply.status);
    this.#world.trace.note(this.id, `gets ${shown} from ${service} ${operation}`);
    const retryAfter = typeof reply === 'string' ? undefined : reply.headers['retry-after'];
    const restMs = Number(retryAfter ?? 0) * 1000;
    if (restMs <= PATIENCE_MS) return;
    this.#wasTold = true;
    this.#notBeforeMs = Math.max(this.#notBeforeMs, this.#world.clock.now() + restMs);
  }

  /** The control record as it was read. */
  remembered({ notBeforeMs = -Infinity }: ControlRecord): void {
    this.#notBeforeMs = Math.max(this.#notBeforeMs, notBeforeMs);
  }

  /** Follows a poll to its end, and sees that it ends in time and says what came of it. */
  async followPoll(work: Promise<PollResult>): Promise<void> {
    const result = await this.follow(work);
    if (result === undefined) await this.#failed();
    else this.#succeeded(result);
    await this.#isRemembered();
  }

  /** Follows any work to its end. @returns what came of it; undefined: it failed. Never for what is dead. */
  async follow<T>(work: Promise<T>): Promise<T | undefined> {
    const watch = this.#watch();
    try {
      const result = await work;
      this.#isOver = true;
      await watch;
      return result;
    } catch (error) {
      this.#isOver = true;
      this.#world.trace.note(this.id, `fails: ${describeError(error)}`);
      this.#world.leaks.watch('an error', error);
      await watch;
      return undefined;
    }
  }

  async #watch(): Promise<void> {
    const { clock, trace } = this.#world;
    for (;;) {
      const endMs = Math.max(this.#deadlineMs, this.env.frozenUntilMs) + GRACE_MS;
      if (this.#isOver || this.env.isDead) return;
      if (clock.now() >= endMs) break;
      await clock.sleep(endMs - clock.now());
    }
    trace.violation('6', `${this.id} goes on after its deadline`);
    this.env.kill('killed by Lambda');
  }

  #succeeded(result: PollResult): void {
    const { trace } = this.#world;
    if (result.dryRun) return;
    const { polls, found, claimed, started, putBack, left, failed, lost, unknown, notes } = result;
    const counts = { found, claimed, started, putBack, left, failed, lost, unknown };
    trace.note(this.id, `ends well: ${JSON.stringify(counts)} ${notes.join(' ')}`);
    if (polls === 0 && notes.length > 0) return;
    if (!this.#isGood(this.#lastLook))
      trace.violation('4', `${this.id} could not look and says nothing of it`);
    if (started === 0 && putBack + left + unknown > 0) {
      trace.violation('4', `${this.id} started none of ${found} runs and says nothing of it`);
    }
  }

  /** What fails must be seen from outside, unless another one has ended since. */
  async #failed(): Promise<void> {
    const { clock, control, trace, hasJumped } = this.#world;
    const record = await control.record();
    if (this.env.lostControl || hasJumped || record.lastPollMs !== clock.now()) return;
    if ((record.notBeforeMs ?? 0) > clock.now()) return;
    const { healthy } = healthOf(record, HEALTH_MAX_AGE_MS, clock.now());
    if (healthy) trace.violation('4', `${this.id} failed, and health says nothing of it`);
  }

  /** Whom Prefect asked to be left alone must tell those after it. */
  async #isRemembered(): Promise<void> {
    const { clock, control, trace, hasJumped } = this.#world;
    if (!this.#wasTold || this.env.lostControl || hasJumped || this.#notBeforeMs <= clock.now()) return;
    const record = await control.record();
    if ((record.notBeforeMs ?? 0) < this.#notBeforeMs - GRACE_MS)
      trace.violation('7', `${this.id} keeps to itself that Prefect is to be left alone`);
  }

  /** Whether the API was reached and answered what was asked. */
  #isGood(reply: Exchange['reply'] | undefined): boolean {
    if (typeof reply !== 'object' || reply.status !== 200) return false;
    try {
      return this.#world.prefect.isAnswer(reply.body);
    } catch {
      return false;
    }
  }
}
