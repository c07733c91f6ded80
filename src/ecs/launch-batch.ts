import { AgentError } from '../errors.ts';
import type { RunTaskSignals } from './run-task.ts';

/** The launches of one batch: the first that is blocked ends those that were not yet sent. */
export interface LaunchBatch extends RunTaskSignals {
  readonly block: (reason: string) => void;
  /** Why the launches are blocked; undefined: they are not. */
  readonly blockedFor: () => string | undefined;
}

/** @param work ends everything */
export function launchBatch(work: AbortSignal): LaunchBatch {
  const block = new AbortController();
  let reason: string | undefined;
  return {
    work,
    begin: AbortSignal.any([work, block.signal]),
    block: (why) => {
      reason ??= why;
      block.abort(new AgentError(why));
    },
    blockedFor: () => reason,
  };
}
