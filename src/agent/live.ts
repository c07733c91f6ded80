import type { Server } from 'node:http';
import { serveAgentApi } from './agent-server.ts';
import { Backoff } from './backoff.ts';
import { describeError } from '../describe-error.ts';
import type { FlowRun } from './flow-run.ts';
import { type Due, look } from './look.ts';
import { deploy } from './poll.ts';
import type { PollContext } from './poll-context.ts';
import { sweep } from './sweep.ts';

/** How far ahead a long-lived agent looks, in milliseconds; it holds each run until its start time. */
const PREFETCH_MS = 10_000;

/** How often a long-lived agent looks for runs at a standstill, in milliseconds. */
const SWEEP_EVERY_MS = 60_000;

interface LifeOptions {
  readonly maxPolls: number;
  readonly agentAddress: string | undefined;
  /** Ends the life; what is claimed by then is still launched. */
  readonly stop: AbortSignal;
}

/** The life of the genuine agent: poll, wait, poll again; a failed poll is logged and tried again. */
export async function live<Run extends FlowRun>(
  context: PollContext<Run>,
  { maxPolls, agentAddress, stop }: LifeOptions,
): Promise<void> {
  const { tally, clock, logger } = context;
  const life = new Life(context, stop);
  const server = await serve(agentAddress, life);
  const backoff = new Backoff();
  logger.info('Waiting for flow runs...');
  try {
    while (tally.polls < maxPolls && !stop.aborted) {
      life.sweep();
      const found = await life.poll();
      const waitMs = backoff.next(found > 0);
      logger.debug(`Sleeping flow run poller for ${waitMs / 1000} seconds...`);
      await life.untilPoked((signal) => clock.sleep(waitMs, AbortSignal.any([signal, stop])));
    }
    if (stop.aborted) logger.info('Told to stop. Shutting down...');
    await life.deployed();
  } finally {
    server?.close();
  }
}

/** What a long-lived agent remembers from one poll to the next. */
class Life<Run extends FlowRun> {
  /** Why the last poll failed; undefined when it did not. */
  lastFailure: string | undefined;
  readonly #context: PollContext<Run>;
  readonly #stop: AbortSignal;
  readonly #inFlight = new Map<string, Promise<void>>();
  #wake = new AbortController();
  #sweep: Promise<unknown> = Promise.resolve();
  #nextSweepMs = -Infinity;

  constructor(context: PollContext<Run>, stop: AbortSignal) {
    this.#context = context;
    this.#stop = stop;
  }

  /** Looks once and starts deploying what is new; answers how many runs that was. */
  async poll(): Promise<number> {
    const { tally, logger } = this.#context;
    tally.polls++;
    try {
      const due = await look(this.#context, { leadMs: PREFETCH_MS, except: new Set(this.#inFlight.keys()) });
      for (const runs of this.#batches(due.runs)) this.#track({ ...due, runs });
      this.lastFailure = undefined;
      // A run that is left to its own process comes up at every poll, and must not hurry the next one.
      return due.runs.filter(({ isRunning }) => isRunning !== true).length;
    } catch (error) {
      tally.failedPolls++;
      this.lastFailure = describeError(error);
      logger.error('Failed to query for ready flow runs', { error });
      return 0;
    }
  }

  /** Sweeps when it is time to, beside the polls: it ends within less than the time between two. */
  sweep(): void {
    const nowMs = this.#context.clock.now();
    if (nowMs < this.#nextSweepMs) return;
    this.#nextSweepMs = nowMs + SWEEP_EVERY_MS;
    this.#sweep = sweep(this.#context);
  }

  poke(): void {
    this.#wake.abort();
  }

  async untilPoked(sleep: (signal: AbortSignal) => Promise<void>): Promise<void> {
    await sleep(this.#wake.signal).catch(() => undefined);
    this.#wake = new AbortController();
  }

  async deployed(): Promise<void> {
    await Promise.all([this.#sweep, ...this.#inFlight.values()]);
  }

  /** Runs that are due form one batch; each run that is early waits alone. */
  #batches(runs: readonly Run[]): Run[][] {
    const nowMs = this.#context.clock.now();
    const { due, early = [] } = Object.groupBy(runs, (run) => (run.startTimeMs <= nowMs ? 'due' : 'early'));
    return [...(due === undefined ? [] : [due]), ...early.map((run) => [run])];
  }

  #track(due: Due<Run>): void {
    const { runs } = due;
    const deployment = this.#deployOnTime(due).finally(() => {
      for (const run of runs) this.#inFlight.delete(run.id);
    });
    for (const run of runs) this.#inFlight.set(run.id, deployment);
  }

  /** Never rejects: nobody awaits it before the agent ends. */
  async #deployOnTime(due: Due<Run>): Promise<void> {
    const { clock, logger } = this.#context;
    try {
      for (const run of due.runs) {
        const waitMs = run.startTimeMs - clock.now();
        if (waitMs <= 0) continue;
        logger.debug(`Waiting ${waitMs / 1000}s to deploy flow run ${run.id} on time...`, {
          flowRunId: run.id,
        });
        // Not claimed yet, so a run that still waits when the agent is told to stop stays in the queue.
        // A timer may end a millisecond early, and a run that is launched early waits again in its container.
        while (clock.now() < run.startTimeMs) await clock.sleep(run.startTimeMs - clock.now(), this.#stop);
      }
      await deploy(this.#context, due);
    } catch (error) {
      if (!this.#stop.aborted) logger.error('Exception encountered while deploying flow runs', { error });
    }
  }
}

async function serve<Run extends FlowRun>(
  agentAddress: string | undefined,
  life: Life<Run>,
): Promise<Server | undefined> {
  if (agentAddress === undefined) return undefined;
  return serveAgentApi(agentAddress, {
    unhealthy: () => life.lastFailure,
    poke: () => {
      life.poke();
    },
  });
}
