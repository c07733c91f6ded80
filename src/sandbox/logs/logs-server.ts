import * as z from 'zod/mini';
import type { Clock } from '../../clock.ts';
import type { Answer, Message } from '../message.ts';
import { serveLocally } from '../serve.ts';
import { matches } from './filter-pattern.ts';

/** An embedded CloudWatch Logs that keeps lines in memory and answers FilterLogEvents. */
export interface LogsSandbox extends AsyncDisposable {
  readonly endpoint: string;
  /** How many requests have come. */
  readonly calls: () => number;
  /** Adds a line; the group comes with its first one. The oldest go when there are too many. */
  readonly write: (group: string, message: string) => void;
  /** Answers the next request with an error of AWS's instead. */
  readonly failNext: (type: string, message: string) => void;
  close(): Promise<void>;
}

interface Line {
  readonly eventId: string;
  readonly timestamp: number;
  readonly ingestionTime: number;
  readonly logStreamName: string;
  readonly message: string;
}

const TARGET = 'Logs_20140328.FilterLogEvents';
const MAX_BODY_BYTES = 64 * 1024;
const MAX_LINES = 10_000;

const request = z.object({
  logGroupName: z.string(),
  startTime: z._default(z.number(), 0),
  filterPattern: z._default(z.string(), ''),
  nextToken: z.optional(z.string()),
});

/** Starts it on 127.0.0.1. @param pageSize lines that a page searches */
export async function startLogs({
  clock,
  pageSize = 1000,
}: {
  readonly clock: Clock;
  readonly pageSize?: number;
}): Promise<LogsSandbox> {
  const groups = new Map<string, Line[]>();
  const failures: { readonly type: string; readonly message: string }[] = [];
  let written = 0;
  let calls = 0;
  const serve = (body: string): Answer => {
    const failure = failures.shift();
    if (failure !== undefined) return refusal(failure.type, failure.message);
    const { logGroupName, startTime, filterPattern, nextToken } = request.parse(JSON.parse(body));
    const lines = groups.get(logGroupName);
    if (lines === undefined) {
      return refusal('ResourceNotFoundException', 'The specified log group does not exist.');
    }
    const from = Number(nextToken ?? 0);
    const searched = lines.filter(({ timestamp }) => timestamp >= startTime);
    const events = searched
      .slice(from, from + pageSize)
      .filter(({ message }) => matches(filterPattern, message));
    const next = from + pageSize < searched.length ? { nextToken: `${from + pageSize}` } : {};
    return answer(200, { events, searchedLogStreams: [], ...next });
  };
  const handle = ({ headers, body }: Message): Promise<Answer> => {
    calls += 1;
    if (headers['x-amz-target'] !== TARGET) {
      return Promise.resolve(refusal('UnknownOperationException', 'No such operation.'));
    }
    try {
      return Promise.resolve(serve(body));
    } catch (error) {
      return Promise.resolve(refusal('InvalidParameterException', String(error)));
    }
  };
  const { endpoint, close } = await serveLocally({
    answer: handle,
    maxBodyBytes: MAX_BODY_BYTES,
    tooLarge: refusal('InvalidParameterException', 'The request is too large.'),
    closing: new AbortController(),
  });
  const write = (group: string, message: string) => {
    const nowMs = clock.now();
    const lines = groups.get(group) ?? [];
    written += 1;
    lines.push({
      eventId: String(written).padStart(12, '0'),
      timestamp: nowMs,
      ingestionTime: nowMs,
      logStreamName: 'sandbox',
      message,
    });
    if (lines.length > MAX_LINES) lines.shift();
    groups.set(group, lines);
  };
  return {
    endpoint,
    calls: () => calls,
    write,
    failNext: (type, message) => failures.push({ type, message }),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function refusal(type: string, message: string): Answer {
  return answer(400, { __type: type, message });
}

function answer(status: number, body: unknown): Answer {
  return { status, headers: { 'content-type': 'application/x-amz-json-1.1' }, body: JSON.stringify(body) };
}
