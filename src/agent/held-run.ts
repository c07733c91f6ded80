import type { Claimant, FlowRun } from './flow-run.ts';

/** A claim as it can be read off a run. */
export interface HeldClaim {
  readonly claimKey: string;
  readonly claimant: Claimant;
  /** Whether the run had been put back by an agent before this claim: then earlier launches of it count as well. */
  readonly isRepeated: boolean;
}

/** Whether it is the claim of this claimant, and not of another or of an earlier invocation. */
export function isClaimOf(claim: HeldClaim | undefined, { agent, invocation }: Claimant): boolean {
  return claim?.claimant.agent === agent && claim.claimant.invocation === invocation;
}

/**
 * A run in which this agent has a hand, as it is now, at `version` (it changes with the run's state), since `sinceMs` (milliseconds since the epoch).
 * - `claimed`: its flow process has not reported yet.
 * - `resuming`: its process has reported, and was claimed anew for retries of its tasks.
 * - `running`: its process has reported.
 * - `cancelled`, `cancelling`: a user has ended it.
 */
export type HeldRun<Run extends FlowRun = FlowRun> = {
  readonly run: Run;
  readonly version: string;
  readonly sinceMs: number;
} & (
  | { readonly stage: 'claimed' | 'resuming'; readonly claim: HeldClaim }
  | { readonly stage: 'running' | 'cancelled' }
  /** `isLaunched`: someone has started a task for it. Unless that is this agent's, it is not this agent's to end. */
  | { readonly stage: 'cancelling'; readonly isLaunched?: boolean }
);

/** Which runs a sweep looks at. All times in milliseconds since the epoch. */
export interface SweepQuery {
  /** The agent's name: the claims of its earlier invocations are its own. */
  readonly agent: string;
  /** Claims later than this are still being worked on. */
  readonly claimedBeforeMs: number;
  /** Runs that were cancelled within this time. */
  readonly cancelledAfterMs: number;
  readonly cancelledBeforeMs: number;
}
