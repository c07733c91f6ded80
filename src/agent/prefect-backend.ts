import type { Claimant, Claimed, FlowRun } from './flow-run.ts';
import type { HeldRun, SweepQuery } from './held-run.ts';

/** How the agent presents itself to Prefect. Kept fixed, or dead agents pile up in the UI. */
export interface AgentIdentity {
  readonly type: string;
  readonly name: string;
  readonly labels: readonly string[];
  readonly agentConfigId: string | undefined;
}

export interface LookQuery {
  readonly labels: readonly string[];
  /** Runs that start later than this are left out, in milliseconds since the epoch. */
  readonly beforeMs: number;
  /** Ids that this agent is already working on; they are left out of the answer. */
  readonly except: ReadonlySet<string>;
}

/** A due run that the backend could not make sense of. */
export interface UnreadableRun {
  readonly id: string;
  readonly reason: string;
}

export interface Look<Run extends FlowRun> {
  /** Due runs in the order in which they should start. */
  readonly runs: readonly Run[];
  readonly unreadable: readonly UnreadableRun[];
}

/** The answer to one claim. Only a `claimed` run may be launched. */
export type Claim<Run extends FlowRun> =
  | { readonly kind: 'claimed'; readonly run: Claimed<Run> }
  /** Another has it, it is no longer due, or the server did not let us have it: leave it alone. */
  | { readonly kind: 'lost'; readonly run: Run; readonly reason: string }
  /** The API took no claim, for a reason that is not the run's: it stays in the queue, and the poll has failed. */
  | { readonly kind: 'refused'; readonly run: Run; readonly reason: string }
  /** Nobody could say whether the claim took effect. */
  | { readonly kind: 'unknown'; readonly run: Run; readonly reason: string };

/**
 * Changes a run that is not to go on as it is. It is carried out only while the run still is what `held` says:
 * `claimed`, in the hands of `by` (default: of the claimant who asks); `queued`, due and nobody's, where `isRunning`
 * says that it is due for retries of its tasks; `running`,
 * Running and at `version`; `cancelling`, asked to end. A claimed run that was Running already has its task runs
 * put back.
 */
export type Settlement = { readonly flowRunId: string; readonly reason: string } & (
  | { readonly kind: 'failed' | 'cancelled'; readonly held: 'queued'; readonly isRunning?: boolean }
  | { readonly kind: 'cancelled'; readonly held: 'cancelling' }
  | ((
      | { readonly held: 'claimed'; readonly by?: Claimant }
      | { readonly held: 'running'; readonly version: string }
    ) &
      (
        | { readonly kind: 'failed' }
        | {
            readonly kind: 'put-back';
            readonly startTimeMs: number;
            /** When the run was due at first, in milliseconds since the epoch. Absent: its lateness counts anew. */
            readonly dueSinceMs?: number;
          }
      ))
);

/** `moved-on`: the run is no longer what the settlement expected, so nothing was changed. */
export type SettlementResult =
  | { readonly kind: 'done' }
  | { readonly kind: 'moved-on'; readonly reason: string }
  | { readonly kind: 'unknown'; readonly reason: string };

export interface FlowRunLog {
  readonly flowRunId: string;
  readonly level: 'INFO' | 'ERROR';
  readonly message: string;
}

/** What runs a flow run, as Prefect's own agent would name it. */
export interface Launch {
  readonly flowRunId: string;
  readonly infrastructureId: string;
}

/**
 * The Prefect API as the agent needs it. Every method obeys the signal, bounds its requests in time and
 * size, and throws `PrefectApiError` when the API can't be had.
 */
export interface PrefectBackend<Run extends FlowRun = FlowRun> {
  /**
   * Until when the API asked to be left alone, in milliseconds since the epoch; requests before it fail without
   * being sent. What an earlier process was told can be set, and undefined ends it.
   */
  notBeforeMs: number | undefined;
  /** The state of a run that the agent has failed, as Prefect shows it. */
  readonly failedState: string;
  /** What the agent takes its runs from, as its log names it. @default its labels */
  readonly source?: string;
  /**
   * Makes sure that there is something to look into, and warns of what keeps its runs from the agent; unlike
   * `connect` it changes nothing. @default there is nothing to see to
   */
  inspect?(signal: AbortSignal): Promise<void>;
  /** Makes the agent known, once. @throws PrefectApiError */
  connect(identity: AgentIdentity, signal: AbortSignal): Promise<void>;
  /** The due runs, oldest first, at most one page of them. Changes nothing. */
  look(query: LookQuery, signal: AbortSignal): Promise<Look<Run>>;
  /** Claims each run; one answer per run, in the same order. Never throws for a single run's sake. */
  claim(runs: readonly Run[], claimant: Claimant, signal: AbortSignal): Promise<readonly Claim<Run>[]>;
  /** One result per settlement, in the same order. */
  settle(
    settlements: readonly Settlement[],
    claimant: Claimant,
    signal: AbortSignal,
  ): Promise<readonly SettlementResult[]>;
  /**
   * The runs in which this agent has a hand and that may have come to a standstill, in one request when there are
   * none: `claimed` and `resuming` before `query.claimedBeforeMs`, or nothing launches them again; `cancelled` and
   * `cancelling` within the query's times where their processes do not end by themselves, or tasks go on for runs
   * that nobody wants. None that is `running`: what it would take to decide about those comes with a stopped task.
   */
  sweep(query: SweepQuery, signal: AbortSignal): Promise<readonly HeldRun<Run>[]>;
  /**
   * The same of certain runs, however long they have been what they are, and those that are `running` as well, or
   * nobody fails one whose process is gone. A run in none of these stages is left out, as are those that another agent
   * has claimed, unknown and unreadable ones.
   */
  held(flowRunIds: readonly string[], agent: string, signal: AbortSignal): Promise<readonly HeldRun<Run>[]>;
  /** Writes into the runs what runs them, so that others than this agent can find and end it. @default it has no place */
  recordLaunches?(launches: readonly Launch[], signal: AbortSignal): Promise<void>;
  /** Writes lines to the runs' logs in one request, under the agent's name. */
  log(lines: readonly FlowRunLog[], claimant: Claimant, signal: AbortSignal): Promise<void>;
}
