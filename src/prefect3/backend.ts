import { randomUUID } from 'node:crypto';
import { allDone } from './all-done.ts';
import type { Claimant } from '../agent/flow-run.ts';
import type { HeldRun, SweepQuery } from '../agent/held-run.ts';
import type {
  AgentIdentity,
  Claim,
  FlowRunLog,
  Launch,
  Look,
  LookQuery,
  PrefectBackend,
  Settlement,
  SettlementResult,
} from '../agent/prefect-backend.ts';
import { ApiDocuments } from './api-documents.ts';
import type { ClaimOptions } from './claim.ts';
import { Prefect3Client, type Prefect3ClientOptions } from './client.ts';
import type { PrefectDocuments } from './documents.ts';
import type { Prefect3FlowRun } from './flow-run.ts';
import { Heartbeat } from './heartbeat.ts';
import { readHeldRuns, sweepFlowRuns } from './held-runs.ts';
import type { Logger } from '../logger.ts';
import { lookForFlowRuns } from './look.ts';
import { type PoolAndVersion, PoolReader } from './pool-reader.ts';
import { identified, nothing } from './schemas.ts';
import { pausedText } from './work-pool.ts';

export interface Prefect3BackendOptions extends Omit<Prefect3ClientOptions, 'uuid'> {
  readonly workPool: string;
  /** Empty: all queues of the pool. */
  readonly workQueues: readonly string[];
  readonly logger: Logger;
  /** Gives UUIDs that never repeat. @default random ones */
  readonly uuid?: (() => string) | undefined;
}

/** The logger's name that the genuine worker has. */
const LOG_NAME = 'prefect.flow_runs.worker';

/** Python's. */
const LOG_LEVELS = { INFO: 20, ERROR: 40 } as const;

/** Prefect 3, and 2: a self-hosted server's or Prefect Cloud's work pool, over REST. */
export class Prefect3Backend implements PrefectBackend<Prefect3FlowRun> {
  readonly failedState = 'Crashed';
  /** What job templates refer to. */
  readonly documents: PrefectDocuments;
  readonly #options: Prefect3BackendOptions & ClaimOptions;
  readonly #pool: PoolReader;
  readonly #heartbeat: Heartbeat;

  constructor({ uuid = randomUUID, ...options }: Prefect3BackendOptions) {
    const { clock, workPool } = options;
    const client = new Prefect3Client({ ...options, uuid });
    this.#options = { ...options, uuid, client, bulk: { isMissing: false } };
    this.#pool = new PoolReader(client, workPool, clock);
    this.#heartbeat = new Heartbeat(this.#options);
    this.documents = new ApiDocuments(client, clock);
  }

  get notBeforeMs(): number | undefined {
    return this.#options.client.rest.untilMs;
  }

  set notBeforeMs(ms: number | undefined) {
    this.#options.client.rest.untilMs = ms;
  }

  get source(): string {
    return `the work pool \`${this.#options.workPool}\``;
  }

  /** @throws SettingsError as `connect` does */
  async inspect(signal: AbortSignal): Promise<void> {
    const { name, isPaused } = await this.#pool.pool(signal);
    if (isPaused) this.#options.logger.warn(pausedText(name));
  }

  /** Whether there is such a deployment. @throws PrefectApiError */
  async hasDeployment(id: string, signal: AbortSignal): Promise<boolean> {
    const path = `/deployments/${encodeURIComponent(id)}`;
    const request = { name: 'deployments', method: 'GET', path, answer: identified } as const;
    return (await this.#options.client.find(request, signal)) !== undefined;
  }

  /** The pool's template, kept for half a minute, and the server's version, for five. @throws SettingsError, PrefectApiError */
  async poolAndVersion(signal: AbortSignal): Promise<PoolAndVersion> {
    return this.#pool.poolAndVersion(signal);
  }

  /** @throws SettingsError when there is no such pool, or it is of another type than `ecs`. */
  async connect({ name }: AgentIdentity, signal: AbortSignal): Promise<void> {
    await this.#pool.pool(signal);
    this.#heartbeat.worker = name;
  }

  async look(query: LookQuery, signal: AbortSignal): Promise<Look<Prefect3FlowRun>> {
    const looking = lookForFlowRuns(this.#options, query, signal);
    const [found] = await allDone([looking, this.#heartbeat.beat(signal)]);
    return found;
  }

  async claim(
    runs: readonly Prefect3FlowRun[],
    claimant: Claimant,
    signal: AbortSignal,
  ): Promise<readonly Claim<Prefect3FlowRun>[]> {
    const { claimFlowRuns } = await import('./claim.ts');
    return claimFlowRuns(this.#options, runs, claimant, signal);
  }

  async settle(
    settlements: readonly Settlement[],
    claimant: Claimant,
    signal: AbortSignal,
  ): Promise<readonly SettlementResult[]> {
    const { settleFlowRuns } = await import('./settle.ts');
    return settleFlowRuns(this.#options, settlements, claimant, signal);
  }

  async sweep(query: SweepQuery, signal: AbortSignal): Promise<readonly HeldRun<Prefect3FlowRun>[]> {
    return sweepFlowRuns(this.#options, query, signal);
  }

  async held(
    flowRunIds: readonly string[],
    agent: string,
    signal: AbortSignal,
  ): Promise<readonly HeldRun<Prefect3FlowRun>[]> {
    return readHeldRuns(this.#options, { flowRunIds, agent }, signal);
  }

  async recordLaunches(launches: readonly Launch[], signal: AbortSignal): Promise<void> {
    const { recordLaunches } = await import('./record-launches.ts');
    await recordLaunches(this.#options, launches, signal);
  }

  async log(lines: readonly FlowRunLog[], _: Claimant, signal: AbortSignal): Promise<void> {
    const timestamp = new Date(this.#options.clock.now()).toISOString();
    const body = lines.map(({ flowRunId, level, message }) => ({
      name: LOG_NAME,
      level: LOG_LEVELS[level],
      message,
      timestamp,
      flow_run_id: flowRunId,
    }));
    const request = { name: 'logs', method: 'POST', path: '/logs/', body, answer: nothing } as const;
    await this.#options.client.request(request, signal);
  }
}
