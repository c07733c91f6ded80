import type { Clock } from '../clock.ts';
import type { ControlStore } from '../control/control-record.ts';
import { type Health, healthOf } from '../control/health.ts';
import { describeError } from '../describe-error.ts';
import { AgentError } from '../errors.ts';
import type { LogSource } from '../logs/log-source.ts';
import { timeoutSignal } from '../timeout-signal.ts';
import { type ControlView, controlView } from './control-view.ts';
import type { Caps, DeployedFunction } from './deployed-function.ts';
import { POLL_PATTERN, readLoggedPoll } from './logged-poll.ts';
import { PollGatherer, type RecentPolls } from './recent-polls.ts';

/** Each source has so long, in milliseconds. */
const TIMEOUT_MS = 20_000;

/** Where health's own setting can't be read, its default. */
const DEFAULT_MAX_AGE_MS = 120_000;

/** What an agent did lately. `null`: it could not be read, and `unread` says why. */
export interface Status {
  readonly at: string;
  readonly function: string;
  readonly since: string;
  readonly health: { readonly healthy: boolean; readonly reason: string | null } | null;
  readonly control: ControlView | null;
  readonly caps: Caps | null;
  readonly recent: RecentPolls | null;
  /** Why parts are missing. */
  readonly unread: readonly string[];
}

export interface StatusSources {
  readonly functionName: string;
  readonly clock: Clock;
  readonly logs: LogSource;
  /** The configuration of the deployed function. */
  readonly deployed: (signal: AbortSignal) => Promise<DeployedFunction>;
  /** The store of the record; undefined: the function names no table. */
  readonly control: (table: string | undefined) => ControlStore;
}

/** Reads what there is to be read within 40 seconds; a part that can't be read takes no other with it. */
export async function readStatus(
  { functionName, clock, logs, deployed, control }: StatusSources,
  sinceMs: number,
  stop: AbortSignal,
): Promise<Status> {
  const nowMs = clock.now();
  const startMs = nowMs - sinceMs;
  const unread: string[] = [];
  const attempt = async <T>(read: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> => {
    const late = new AgentError(`No answer within ${TIMEOUT_MS / 1000} seconds.`);
    using timeout = timeoutSignal(clock, TIMEOUT_MS, late, stop);
    try {
      return await read(timeout.signal);
    } catch (error) {
      stop.throwIfAborted();
      unread.push(error instanceof AgentError ? error.message : describeError(error));
      return undefined;
    }
  };
  const about = await attempt(deployed);
  const [record, recent] = await Promise.all([
    attempt((signal) => control(about?.controlTable).read(signal)),
    attempt((signal) =>
      readPolls(logs, about?.logGroup ?? `/aws/lambda/${functionName}`, startMs, signal, unread),
    ),
  ]);
  const maxAgeMs = about?.healthMaxAgeMs ?? DEFAULT_MAX_AGE_MS;
  return {
    at: new Date(nowMs).toISOString(),
    function: functionName,
    since: new Date(startMs).toISOString(),
    health: record === undefined ? null : healthView(healthOf(record, maxAgeMs, nowMs)),
    control: record === undefined ? null : controlView(record, nowMs),
    caps: about?.caps ?? null,
    recent: recent ?? null,
    unread,
  };
}

async function readPolls(
  logs: LogSource,
  group: string,
  startMs: number,
  signal: AbortSignal,
  unread: string[],
): Promise<RecentPolls> {
  const gatherer = new PollGatherer();
  const query = { group, pattern: POLL_PATTERN, startMs };
  const { isCut } = await logs.read(
    query,
    (events) => {
      for (const event of events) {
        const poll = readLoggedPoll(event);
        if (poll !== undefined) gatherer.add(poll);
      }
    },
    signal,
  );
  if (isCut)
    unread.push(
      'There are more polls than are read at once: the newest are missing. Take a shorter --since.',
    );
  return gatherer.recent();
}

function healthView(health: Health): Status['health'] {
  return { healthy: health.healthy, reason: health.healthy ? null : health.reason };
}
