import { randomUUID } from 'node:crypto';
import { invocationBudget, processBudget } from './budget.ts';
import { type Clock, systemClock } from '../clock.ts';
import type { Claimed, FlowRun } from './flow-run.ts';
import type { LaunchOutcome } from './launch-outcome.ts';
import type { TaskFinder } from './launched-task.ts';
import type { Limits } from './limits.ts';
import type { Logger } from '../logger.ts';
import type { Platform, PollContext } from './poll-context.ts';
import { type PollReport, PollTally } from './poll-report.ts';
import { pollUntilIdle } from './poll.ts';
import type { PrefectBackend } from './prefect-backend.ts';
import type { Preparation } from './preparation.ts';
import { Timings } from './timings.ts';
import { Trial } from './trial.ts';

/** What a platform that does not say how fast it is needs for a batch, in milliseconds. */
const LAUNCH_RESERVE_MS = 10_000;

export interface AgentOptions {
  /** Id of an agent configuration in the backend. It is loaded to be seen to exist; it changes nothing. */
  readonly agentConfigId?: string | undefined;
  /** @default "agent" */
  readonly name?: string | undefined;
  /** The runs to look for: those whose labels are all among these. @default [] */
  readonly labels?: readonly string[] | undefined;
  /** Set on every flow run that this agent starts. @default {} */
  readonly envVars?: Readonly<Record<string, string>> | undefined;
  /** How often to poll before `start()` returns, failed polls included. @default unlimited */
  readonly maxPolls?: number | undefined;
  /**
   * How long before its start time a bounded start may launch a run, in milliseconds. Only for a platform
   * whose process waits for the start time itself. @default 0
   */
  readonly leadMs?: number | undefined;
  /**
   * How long a bounded start that finds nothing due waits before it looks again, in milliseconds, until its
   * time is used up. @default it ends
   */
  readonly lingerMs?: number | undefined;
  /** Where a long-lived agent serves `/api/health` and `/api/poke`, as http://host:port. @default nowhere */
  readonly agentAddress?: string | undefined;
  /** @default none */
  readonly limits?: Limits | undefined;
  /** Keeps the flow runs' logs out of the Prefect backend. @default false */
  readonly noCloudLogs?: boolean | undefined;
}

export interface AgentDependencies<Run extends FlowRun> {
  readonly backend: PrefectBackend<Run>;
  readonly logger: Logger;
  /** @default the system's clock */
  readonly clock?: Clock;
}

export interface StartOptions {
  /**
   * When everything must have ended, in milliseconds since the epoch. With it, `start()` is one bounded
   * batch of polls: it ends when nothing is due, and throws when a poll failed. Without it, the agent lives
   * until `stop` aborts: it waits between polls, and a failed poll is logged and tried again.
   */
  readonly deadlineMs?: number;
  /** No new poll and no new claim once it aborts; what is claimed is still launched. */
  readonly stop?: AbortSignal;
  /** How often to poll this time. @default the agent's own */
  readonly maxPolls?: number | undefined;
  /** The circuit is open: a bounded start launches one run, to see whether it still has to be. @default false */
  readonly onlyTry?: boolean | undefined;
  /** Names this start in the runs that it claims. Must never repeat. @default a random UUID */
  readonly invocation?: string;
  /**
   * How many starts in a row before this one, in this process or another, could launch none of the due runs for
   * a reason that lies in the agent. After one, runs are claimed one by one until one is launched. @default 0
   */
  readonly failuresBefore?: number;
  /** What earlier starts of the same invocation did: this one adds to it. @default nothing */
  readonly tally?: PollTally;
  /** Asked now and then while a bounded start waits for runs that are not due yet: true ends the start. */
  readonly interrupted?: (signal: AbortSignal) => Promise<boolean>;
}

/**
 * Claims due flow runs from a Prefect API. A platform extends it and says in `deployFlows` how to start
 * them; nothing else is needed. The arguments and their meaning are those of `prefect.agent.Agent` 1.4.1.
 */
export abstract class Agent<Run extends FlowRun = FlowRun> {
  readonly agentConfigId: string | undefined;
  readonly name: string;
  readonly labels: readonly string[];
  readonly envVars: Readonly<Record<string, string>>;
  readonly maxPolls: number;
  readonly leadMs: number;
  readonly lingerMs: number | undefined;
  readonly agentAddress: string | undefined;
  readonly limits: Limits;
  readonly noCloudLogs: boolean;
  protected readonly logger: Logger;
  protected readonly clock: Clock;
  readonly #backend: PrefectBackend<Run>;
  readonly #trial = new Trial();
  readonly #timings: Timings;
  #connected = false;

  constructor(options: AgentOptions, { backend, logger, clock = systemClock }: AgentDependencies<Run>) {
    this.agentConfigId = options.agentConfigId;
    this.name = options.name ?? 'agent';
    this.labels = options.labels ?? [];
    this.envVars = options.envVars ?? {};
    this.maxPolls = options.maxPolls ?? Infinity;
    this.leadMs = options.leadMs ?? 0;
    this.lingerMs = options.lingerMs;
    this.agentAddress = options.agentAddress;
    this.limits = options.limits ?? {};
    this.noCloudLogs = options.noCloudLogs ?? false;
    this.#backend = backend;
    this.logger = logger;
    this.clock = clock;
    this.#timings = new Timings(clock);
  }

  /** What the agent is registered as. @default the name of the class */
  protected get type(): string {
    return this.constructor.name;
  }

  /**
   * Starts each of the claimed flow runs somewhere and answers one outcome for each, in the same order.
   * A throw counts as `unknown` for all of them, so report what went wrong with a single run as its outcome.
   */
  protected abstract deployFlows(
    flowRuns: readonly Claimed<Run>[],
    signal: AbortSignal,
  ): Promise<readonly LaunchOutcome[]>;

  /**
   * Says of each due run, in the same order, whether it can be launched, before any of them is claimed.
   * A platform may override it, to keep runs out of the claim that it could not launch. @default all are ready
   */
  protected async prepareFlows(
    flowRuns: readonly Run[],
    signal: AbortSignal,
  ): Promise<readonly Preparation[]> {
    signal.throwIfAborted();
    return Promise.resolve(flowRuns.map(() => ({ kind: 'ready' })));
  }

  /**
   * How many runs can be handed to the platform within `ms` milliseconds: no more are claimed at once.
   * @default all, where there are ten seconds or more; none where there are less
   */
  protected launchable(ms: number): number {
    return ms < LAUNCH_RESERVE_MS ? 0 : Infinity;
  }

  /**
   * Gives what finds the tasks of runs. With it, each bounded start first looks for runs that this agent has claimed
   * and that are at a standstill, and a long-lived agent does so every minute. @default undefined: the platform can't say, and nothing is looked for
   */
  protected get finder(): (() => Promise<TaskFinder<Run>>) | undefined {
    return undefined;
  }

  /**
   * Sets up the agent, then polls for flow runs and starts them. The only method to call from outside.
   * @throws PrefectApiError when the agent can't be registered.
   * @throws PollFailedError in a bounded start: a poll failed, or runs were claimed and none could be started.
   */
  async start(options: StartOptions = {}): Promise<PollReport> {
    const { deadlineMs, maxPolls = this.maxPolls, invocation = randomUUID(), failuresBefore = 0 } = options;
    const { stop = new AbortController().signal, tally = new PollTally(), interrupted } = options;
    const { onlyTry = false } = options;
    using budget =
      deadlineMs === undefined
        ? processBudget(this.clock, stop, this.#timings)
        : invocationBudget(this.clock, deadlineMs, stop, this.#timings);
    const context: PollContext<Run> = {
      backend: this.#backend,
      labels: this.labels,
      claimant: { agent: this.name, invocation },
      platform: this.#platform(),
      // The launches of a process are not counted: it has no end.
      limits: deadlineMs === undefined ? { ...this.limits, maxLaunches: undefined } : this.limits,
      onlyTry: onlyTry && deadlineMs !== undefined,
      trial: this.#trial,
      timings: this.#timings,
      budget,
      clock: this.clock,
      logger: this.logger,
      tally,
    };
    this.#trial.begin(failuresBefore);
    await this.#connect(budget.work);
    if (deadlineMs === undefined) {
      const { live } = await import('./live.ts');
      await live(context, { maxPolls, agentAddress: this.agentAddress, stop });
    } else {
      const { leadMs, lingerMs } = this;
      await pollUntilIdle(context, { maxPolls: tally.polls + maxPolls, leadMs, lingerMs, stop, interrupted });
    }
    return context.tally.report();
  }

  #platform(): Platform<Run> {
    return {
      prepareFlows: (flowRuns, signal) => this.prepareFlows(flowRuns, signal),
      launchable: (ms) => this.launchable(ms),
      deployFlows: (flowRuns, signal) => this.deployFlows(flowRuns, signal),
      finder: this.finder,
    };
  }

  async #connect(signal: AbortSignal): Promise<void> {
    if (this.#connected) return;
    const { type, name, labels, agentConfigId } = this;
    await this.#backend.connect({ type, name, labels, agentConfigId }, signal);
    this.#connected = true;
    const shown = labels.length === 0 ? '[]' : `['${labels.join("', '")}']`;
    this.logger.info(`Starting ${type} with ${this.#backend.source ?? `labels ${shown}`}`);
  }
}
