import type { LaunchOutcome } from './launch-outcome.ts';

/**
 * How long a run stays in the queue after it could not be launched for a reason that lies in the agent, in
 * milliseconds: by the number of failures in a row before. The first are tried again with the next wake, or a
 * short fault would make runs late; the later ones cost Prefect two states for each attempt.
 */
const BLOCKED_DELAYS_MS = [0, 0, 0, 75_000, 150_000, 300_000] as const;

/** So many batches in a row of which no run could be launched lie in no single run: nothing more is claimed. */
const MAX_TRIES = 3;

/**
 * Whether the agent is able to launch anything at all. Until one run has shown it, runs are claimed one by
 * one: a denied permission or a missing cluster then puts back a single run and not a batch of them.
 */
export class Trial {
  #passed = false;
  #failures = 0;
  #tries = 0;

  /**
   * Begins a start after so many in a row that could launch nothing: whatever this agent has shown before, one
   * such failure elsewhere is newer.
   */
  begin(failures: number): void {
    this.#failures = failures;
    this.#tries = 0;
    if (failures > 0) this.#passed = false;
  }

  /** How many runs may be claimed at once. */
  get claimLimit(): number {
    return this.#passed ? Infinity : 1;
  }

  /** How much later a run that is blocked starts at the earliest, in milliseconds. */
  get blockedDelayMs(): number {
    return BLOCKED_DELAYS_MS[Math.min(this.#failures, BLOCKED_DELAYS_MS.length - 1)] ?? 0;
  }

  /** Learns from a batch of launches. @returns why no more runs should be claimed for now, if they should not */
  learn(outcomes: readonly LaunchOutcome[]): string | undefined {
    if (outcomes.length === 0) return undefined;
    // A run that is refused for its own sake shows as well that the agent is let in.
    const shown = outcomes.some(({ kind }) => kind === 'started' || kind === 'failed');
    const stopped = outcomes.find(({ kind }) => kind === 'blocked') ?? (shown ? undefined : outcomes[0]);
    this.#passed = stopped === undefined;
    this.#tries = this.#passed ? 0 : this.#tries + 1;
    if (stopped === undefined || !('reason' in stopped)) return undefined;
    // What is put back may ask for what no other run does.
    const isRuns = outcomes.every(({ kind }) => kind === 'retry') && this.#tries < MAX_TRIES;
    return isRuns ? undefined : stopped.reason;
  }
}
