import type { PollReport } from '../../src/agent/poll-report.ts';
import { describeError } from '../../src/describe-error.ts';
import type { VirtualClock } from '../support/virtual-clock.ts';
import type { Environment } from './environment.ts';
import type { Exchange } from './network.ts';
import type { Trace } from './trace.ts';

/** More than any invocation needs, whatever goes wrong with a handful of runs. */
const MAX_REQUESTS = 500;
/** The pace of launches allows 25 at once, and no more are looked for. */
const MAX_AT_ONCE = 30;
const GRACE_MS = 1000;

/** What an invocation did, as seen from outside, and what it must not have done. */
export class Invocation {
  readonly id: string;
  readonly env: Environment;
  /** By the world's clock, in milliseconds since the epoch. */
  readonly deadlineMs: number;
  isOver = false;
  readonly #world: VirtualClock;
  readonly #trace: Trace;
  #requests = 0;
  #atOnce = 0;
  #lastLook: Exchange['reply'] | undefined;

  constructor(id: string, env: Environment, deadlineMs: number, world: VirtualClock, trace: Trace) {
    this.id = id;
    this.env = env;
    this.deadlineMs = deadlineMs;
    this.#world = world;
    this.#trace = trace;
  }

  requested({ service, operation, about }: Exchange): void {
    this.#trace.note(this.id, `asks ${service} ${operation} ${about.slice(0, 8)}`);
    this.#requests += 1;
    this.#atOnce += 1;
    if (this.#requests === MAX_REQUESTS) this.#trace.violation('6', `${this.id} sends without a bound`);
    if (this.#atOnce > MAX_AT_ONCE) this.#trace.violation('6', `${this.id} sends too much at once`);
  }

  answered(exchange: Exchange): void {
    this.#atOnce -= 1;
    const { service, operation, reply } = exchange;
    if (operation === 'get_runs_in_queue') this.#lastLook = reply;
    const shown = typeof reply === 'string' ? reply : String(reply.status);
    this.#trace.note(this.id, `gets ${shown} from ${service} ${operation}`);
  }

  /** Follows the start of the agent to its end, and sees that it ends in time. */
  async follow(start: Promise<PollReport>): Promise<void> {
    const watch = this.#watch();
    try {
      const report = await start;
      this.isOver = true;
      this.#succeeded(report);
    } catch (error) {
      this.isOver = true;
      this.#trace.note(this.id, `fails: ${describeError(error)}`);
    }
    await watch;
  }

  async #watch(): Promise<void> {
    for (;;) {
      const endMs = Math.max(this.deadlineMs, this.env.frozenUntilMs) + GRACE_MS;
      if (this.isOver || this.env.isDead) return;
      if (this.#world.now() >= endMs) break;
      await this.#world.sleep(endMs - this.#world.now());
    }
    this.#trace.violation('6', `${this.id} goes on after its deadline`);
    this.env.kill('killed by Lambda');
  }

  #succeeded(report: PollReport): void {
    const { found, claimed, started, putBack, left, failed, lost, unknown } = report;
    const counts = { found, claimed, started, putBack, left, failed, lost, unknown };
    this.#trace.note(this.id, `ends well: ${JSON.stringify(counts)}`);
    if (!isGood(this.#lastLook))
      this.#trace.violation('4', `${this.id} could not look and says nothing of it`);
    if (started === 0 && putBack + left + unknown > 0) {
      this.#trace.violation('4', `${this.id} started none of ${found} runs and says nothing of it`);
    }
  }
}

/** Whether the API was reached and answered what was asked. */
function isGood(reply: Exchange['reply'] | undefined): boolean {
  if (typeof reply !== 'object' || reply.status !== 200) return false;
  try {
    const answer = JSON.parse(reply.body) as { data?: unknown; errors?: unknown };
    return answer.data != null && answer.errors === undefined;
  } catch {
    return false;
  }
}
