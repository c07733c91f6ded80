import type { Clock } from '../clock.ts';
import { AwsError } from '../errors.ts';
import { timeoutSignal } from '../timeout-signal.ts';
import type { LogEvent, LogQuery, LogSource } from './log-source.ts';

/** CloudWatch allows an account some ten such requests a second. */
const INTERVAL_MS = 2000;

/** A line may be found so much later than it was logged. */
const OVERLAP_MS = 30_000;

/** Each look has so long, in milliseconds. */
const TIMEOUT_MS = 60_000;

/** So many looks in a row may fail. */
const MAX_FAILURES = 5;

export interface FollowOptions {
  readonly source: LogSource;
  readonly clock: Clock;
  readonly onEvent: (event: LogEvent) => void;
  /** Called when there is more than is read at once, and when a look has failed that is tried again. */
  readonly onNote: (note: string) => void;
  /** Whether to go on until the signal aborts. @default false */
  readonly follow?: boolean | undefined;
}

/**
 * Hands over what was logged since the query's start, and with `follow` what is logged from then on, each line once.
 * Returns when there is no more, or the signal has aborted. @throws AwsError
 */
export async function followLog(
  { source, clock, onEvent, onNote, follow = false }: FollowOptions,
  query: LogQuery,
  stop: AbortSignal,
): Promise<void> {
  /** When each line was logged that a later look may find again. */
  const seen = new Map<string, number>();
  let startMs = query.startMs;
  let failures = 0;
  const isStopped = () => stop.aborted;
  while (!isStopped()) {
    let newestMs = startMs;
    const take = (events: readonly LogEvent[]) => {
      for (const event of events) {
        newestMs = Math.max(newestMs, event.timeMs);
        if (seen.has(event.id)) continue;
        seen.set(event.id, event.timeMs);
        onEvent(event);
      }
    };
    try {
      const isCut = await look(source, clock, { ...query, startMs }, take, stop);
      failures = 0;
      if (isCut) onNote('There is more than is read at once. Take a shorter time, or a filter.');
    } catch (error) {
      if (isStopped()) return;
      failures += 1;
      if (!follow || failures >= MAX_FAILURES || !(error instanceof AwsError)) throw error;
      onNote(`${error.message} Trying again.`);
    }
    if (!follow) return;
    startMs = Math.max(startMs, newestMs - OVERLAP_MS);
    for (const [id, timeMs] of seen) if (timeMs < startMs) seen.delete(id);
    await clock.sleep(INTERVAL_MS, stop).catch(() => undefined);
  }
}

async function look(
  source: LogSource,
  clock: Clock,
  query: LogQuery,
  take: (events: readonly LogEvent[]) => void,
  stop: AbortSignal,
): Promise<boolean> {
  const late = new AwsError(`CloudWatch Logs: no answer within ${TIMEOUT_MS / 1000} seconds.`);
  using timeout = timeoutSignal(clock, TIMEOUT_MS, late, stop);
  return (await source.read(query, take, timeout.signal)).isCut;
}
