import { afterPoll, type PollEnd } from './after-poll.ts';
import type { ControlRecord, ControlStore } from './control-record.ts';
import { AwsError } from '../errors.ts';

/** Invocations that end at once are few: one at a time is the rule. */
const MAX_ATTEMPTS = 5;

interface RecordPollOptions {
  /** Whether the invocation can look again. It is not over then if it was poked since it has read the record. */
  readonly heedsPokes: boolean;
  readonly signal: AbortSignal;
}

/**
 * Notes the end of an invocation in the record that it has read, or in the one that others have made of it.
 * @returns the record as it is now; undefined: nothing is noted, for somebody has poked meanwhile.
 * @throws AwsError
 */
export async function recordPoll(
  store: ControlStore,
  seen: ControlRecord,
  end: PollEnd,
  { heedsPokes, signal }: RecordPollOptions,
): Promise<ControlRecord | undefined> {
  let previous = seen;
  for (let attempts = 0; attempts < MAX_ATTEMPTS; attempts += 1) {
    if (heedsPokes && previous.pokes !== seen.pokes) return undefined;
    const next = afterPoll(previous, end);
    if (next === previous || (await store.replace(previous, next, signal))) return next;
    previous = await store.read(signal);
  }
  throw new AwsError(
    `Could not write the control record: it was changed by others ${MAX_ATTEMPTS} times meanwhile. See that few invocations run at once.`,
  );
}
