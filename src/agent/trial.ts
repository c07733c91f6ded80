import type { LaunchOutcome } from './launch-outcome.ts';

/**
 * Whether the agent is able to launch anything at all. Until one run has shown it, runs are claimed one by
 * one: a denied permission or a missing cluster then puts back a single run and not a batch of them.
 */
export class Trial {
  #passed = false;

  /** How many runs may be claimed at once. */
  get claimLimit(): number {
    return this.#passed ? Infinity : 1;
  }

  /** Learns from a batch of launches. @returns why no more runs should be claimed for now, if they should not */
  learn(outcomes: readonly LaunchOutcome[]): string | undefined {
    if (outcomes.length === 0) return undefined;
    // A run that is refused for its own sake shows as well that the agent is let in.
    const shown = outcomes.some(({ kind }) => kind === 'started' || kind === 'failed');
    const stopped = outcomes.find(({ kind }) => kind === 'blocked') ?? (shown ? undefined : outcomes[0]);
    this.#passed = stopped === undefined;
    return stopped !== undefined && 'reason' in stopped ? stopped.reason : undefined;
  }
}
