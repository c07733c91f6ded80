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
  readonly #options: Prefect1BackendOptions & { readonly client: Prefect1Client };

  constructor(options: Prefect1BackendOptions) {
    const client = new Prefect1Client(options);
    client.tenantId = options.tenantId;
    this.#options = { ...options, client };
  }

  get notBeforeMs(): number | undefined {
    return this.#options.client.rest.untilMs;
  }

  set notBeforeMs(ms: number | undefined) {
    this.#options.client.rest.untilMs = ms;
  }

  /** The tenant, once it is known: the flow runs are told. */
  get tenantId(): string | undefined {
    return this.#options.client.tenantId;
  }

  /** @throws PrefectApiError when there is no tenant, or the agent is not registered. */
  async connect(identity: AgentIdentity, signal: AbortSignal): Promise<void> {
    await connect(this.#options, identity, signal);
  }

  async look(query: LookQuery, signal: AbortSignal): Promise<Look<Prefect1FlowRun>> {
    const tenantId = await resolveTenant(this.#options, signal);
    return lookForFlowRuns(this.#options, { ...query, tenantId }, signal);
  }

  async claim(
    runs: readonly Prefect1FlowRun[],
    claimant: Claimant,
    signal: AbortSignal,
  ): Promise<readonly Claim<Prefect1FlowRun>[]> {
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

  async sweep(query: SweepQuery, signal: AbortSignal): Promise<readonly HeldRun<Prefect1FlowRun>[]> {
    const tenantId = await resolveTenant(this.#options, signal);
    return sweepFlowRuns(this.#options, { ...query, tenantId }, signal);
  }

  async held(
    flowRunIds: readonly string[],
    agent: string,
    signal: AbortSignal,
  ): Promise<readonly HeldRun<Prefect1FlowRun>[]> {
    return readHeldRuns(this.#options, { flowRunIds, agent }, signal);
  }

  async log(lines: readonly FlowRunLog[], { agent }: Claimant, signal: AbortSignal): Promise<void> {
    const logs = lines.map(({ flowRunId, level, message }) => ({
      flow_run_id: flowRunId,
      name: agent,
      level,
      message,
    }));
    await this.#options.client.request(WRITE_RUN_LOGS, { input: { logs } }, signal);
  }
}
