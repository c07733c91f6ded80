import type { Claimant, FlowRun } from '../../src/agent/flow-run.ts';
import type { HeldRun, SweepQuery } from '../../src/agent/held-run.ts';
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
  UnreadableRun,
} from '../../src/agent/prefect-backend.ts';

/** A queue of flow runs in memory: the least that an agent can be run against. */
export class QueueBackend implements PrefectBackend {
  readonly failedState = 'Failed';
  readonly identities: AgentIdentity[] = [];
  readonly looks: LookQuery[] = [];
  readonly claims: { readonly ids: string[]; readonly claimant: Claimant; readonly atMs: number }[] = [];
  readonly settlements: Settlement[] = [];
  /** In whose name states were changed and logs written. */
  readonly actors = new Set<string>();
  readonly logs: FlowRunLog[] = [];
  readonly launches: Launch[] = [];
  readonly sweeps: SweepQuery[] = [];
  stuck: HeldRun[] = [];
  queue: FlowRun[] = [];
  unreadable: UnreadableRun[] = [];
  /** What the next calls do before they answer; a throw is their answer. */
  onLook: (look: number) => void | Promise<void> = () => undefined;
  onClaim: (run: FlowRun) => Claim<FlowRun> | Promise<Claim<FlowRun>> = (run) => ({
    kind: 'claimed',
    run: { ...run, claimKey: '1' },
  });
  onLog: () => void = () => undefined;
  onRecord: () => void = () => undefined;
  now: () => number = () => 0;
  settled: SettlementResult = { kind: 'done' };
  notBeforeMs: number | undefined;

  async connect(identity: AgentIdentity): Promise<void> {
    this.identities.push(identity);
    return Promise.resolve();
  }

  async look(query: LookQuery): Promise<Look<FlowRun>> {
    this.looks.push(query);
    await this.onLook(this.looks.length);
    const isNew = ({ id }: { id: string }) => !query.except.has(id);
    return {
      runs: this.queue.filter(isNew).filter(({ startTimeMs }) => startTimeMs <= query.beforeMs),
      unreadable: this.unreadable.filter(isNew),
    };
  }

  async claim(runs: readonly FlowRun[], claimant: Claimant): Promise<Claim<FlowRun>[]> {
    this.claims.push({ ids: runs.map(({ id }) => id), claimant, atMs: this.now() });
    const answers: Claim<FlowRun>[] = [];
    for (const run of runs) answers.push(await this.onClaim(run));
    const won = new Set(answers.filter(({ kind }) => kind === 'claimed').map(({ run }) => run.id));
    this.queue = this.queue.filter(({ id }) => !won.has(id));
    return answers;
  }

  async settle(settlements: readonly Settlement[], claimant?: Claimant): Promise<SettlementResult[]> {
    this.settlements.push(...settlements);
    this.actors.add(claimant?.invocation ?? '');
    const ids = new Set(settlements.map(({ flowRunId }) => flowRunId));
    this.unreadable = this.unreadable.filter(({ id }) => !ids.has(id));
    return Promise.resolve(settlements.map(() => this.settled));
  }

  async sweep(query: SweepQuery): Promise<readonly HeldRun[]> {
    this.sweeps.push(query);
    return Promise.resolve(this.stuck);
  }

  async held(flowRunIds: readonly string[]): Promise<readonly HeldRun[]> {
    return Promise.resolve(this.stuck.filter(({ run }) => flowRunIds.includes(run.id)));
  }

  async recordLaunches(launches: readonly Launch[]): Promise<void> {
    this.onRecord();
    this.launches.push(...launches);
    return Promise.resolve();
  }

  async log(lines: readonly FlowRunLog[], claimant?: Claimant): Promise<void> {
    this.onLog();
    this.actors.add(claimant?.invocation ?? '');
    this.logs.push(...lines);
    return Promise.resolve();
  }
}
