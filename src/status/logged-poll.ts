import * as z from 'zod/mini';
import { pollReport } from './poll-report.ts';
import type { LogEvent } from '../logs/log-source.ts';

/** How an invocation of the poll function ended, as its log has it. */
export interface LoggedPoll {
  /** Milliseconds since the epoch. */
  readonly atMs: number;
  /** Of the invocation; undefined in a log without. */
  readonly requestId: string | undefined;
  /** Why it failed; undefined: it did its work. */
  readonly failure: string | undefined;
  /** What it did; undefined where it failed before it could do anything. */
  readonly report: z.infer<typeof pollReport> | undefined;
}

/** The lines with which an invocation ends. */
const ENDED = 'Poll ended';
const FAILED = 'Poll failed';

/** Finds these lines, in CloudWatch's language for filters. */
export const POLL_PATTERN = `{ ($.message = "${ENDED}") || ($.message = "${FAILED}") }`;

const about = { function_request_id: z.optional(z.string()) };

const line = z.discriminatedUnion('message', [
  z.object({ ...about, message: z.literal(ENDED), report: pollReport }),
  z.object({
    ...about,
    message: z.literal(FAILED),
    error: z.object({
      name: z.string(),
      message: z.string(),
      report: z.catch(z.optional(pollReport), undefined),
    }),
  }),
]);

/** Reads the last line of an invocation; undefined: it is another line, or one of another version. */
export function readLoggedPoll({ timeMs: atMs, message }: LogEvent): LoggedPoll | undefined {
  const { data } = line.safeParse(parsed(message));
  if (data === undefined) return undefined;
  const requestId = data.function_request_id;
  if (data.message === ENDED) return { atMs, requestId, failure: undefined, report: data.report };
  const { name, message: why, report } = data.error;
  return { atMs, requestId, failure: `${name}: ${why}`, report };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
