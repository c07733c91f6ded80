import type { Claimant } from '../agent/flow-run.ts';
import type {
  AgentIdentity,
  Claim,
  FlowRunLog,
  Look,
  LookQuery,
  PrefectBackend,
  Settlement,
  SettlementResult,
} from '../agent/prefect-backend.ts';
import type { HeldRun, SweepQuery } from '../agent/held-run.ts';
import { Prefect1Client, type Prefect1ClientOptions } from './client.ts';
import { connect, resolveTenant } from './connect.ts';
import type { Prefect1FlowRun } from './flow-run.ts';
import { readHeldRuns, sweepFlowRuns } from './held-runs.ts';
import type { Logger } from '../logger.ts';
import { lookForFlowRuns } from './look.ts';
import { WRITE_RUN_LOGS } from './operations.ts';

export interface Prefect1BackendOptions extends Prefect1ClientOptions {
  readonly backend: 'server' | 'cloud';
  /** A UUID; looked up when absent. */
  readonly tenantId: string | undefined;
  readonly logger: Logger;
}

/** Prefect 1: Prefect Server and Prefect Cloud 1, over GraphQL. */
export class Prefect1Backend implements PrefectBackend<Prefect1FlowRun> {
  readonly failedState = 'Failed';
  readonly #options: Prefect1BackendOptions;
  readonly #client: Prefect1Client;

  constructor(options: Prefect1BackendOptions) {
    this.#options = options;
    this.#client = new Prefect1Client(options);
    this.#client.tenantId = options.tenantId;
  }

  /** The tenant, once it is known: the flow runs are told. */
  get tenantId(): string | undefined {
    return this.#client.tenantId;
  }

  /**
   * Until when the API asked to be left alone, in milliseconds since the epoch; requests before it fail without
   * being sent. What an earlier process was told can be set, and undefined ends it.
   */
  get notBeforeMs(): number | undefined {
    return this.#client.rest.untilMs;
  }

  set notBeforeMs(ms: number | undefined) {
    this.#client.rest.untilMs = ms;
  }

  async connect(identity: AgentIdentity, signal: AbortSignal): Promise<void> {
    await connect(this.#client, this.#options, identity, signal);
  }

  async look(query: LookQuery, signal: AbortSignal): Promise<Look<Prefect1FlowRun>> {
    const tenantId = await resolveTenant(this.#client, this.#options.backend, signal);
    return lookForFlowRuns(this.#client, { ...query, tenantId }, this.#options, signal);
  }

  async claim(
    runs: readonly Prefect1FlowRun[],
    claimant: Claimant,
    signal: AbortSignal,
  ): Promise<readonly Claim<Prefect1FlowRun>[]> {
    const { claimFlowRuns } = await import('./claim.ts');
    return claimFlowRuns(this.#client, runs, claimant, signal);
  }

  async settle(
    settlements: readonly Settlement[],
    claimant: Claimant,
    signal: AbortSignal,
  ): Promise<readonly SettlementResult[]> {
    const { settleFlowRuns } = await import('./settle.ts');
    return settleFlowRuns(this.#client, settlements, claimant, this.#options.clock, signal);
  }

  async sweep(query: SweepQuery, signal: AbortSignal): Promise<readonly HeldRun<Prefect1FlowRun>[]> {
    const tenantId = await resolveTenant(this.#client, this.#options.backend, signal);
    return sweepFlowRuns(this.#client, { ...query, tenantId }, this.#options.clock.now(), signal);
  }

  async held(
    flowRunIds: readonly string[],
    agent: string,
    signal: AbortSignal,
  ): Promise<readonly HeldRun<Prefect1FlowRun>[]> {
    return readHeldRuns(this.#client, { flowRunIds, agent }, this.#options.clock.now(), signal);
  }

  async log(lines: readonly FlowRunLog[], { agent }: Claimant, signal: AbortSignal): Promise<void> {
    const logs = lines.map(({ flowRunId, level, message }) => ({
      flow_run_id: flowRunId,
      name: agent,
      level,
      message,
    }));
    await this.#client.request(WRITE_RUN_LOGS, { input: { logs } }, signal);
  }
}
