import { type CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import * as z from 'zod/mini';
import { describeError } from '../describe-error.ts';
import { describeIssues } from '../describe-issues.ts';
import { AwsError } from '../errors.ts';
import type { LogEvent, LogQuery, LogSource } from './log-source.ts';

/** A page is at most 1 MB of what was searched, and may be empty. */
const MAX_PAGES = 200;

const page = z.object({
  events: z.optional(
    z.array(
      z.object({
        eventId: z.string('expected text'),
        timestamp: z.number('expected a number'),
        message: z.string('expected text'),
      }),
      'expected a list',
    ),
  ),
  nextToken: z.optional(z.string('expected text')),
});

/** Reads CloudWatch Logs, two hundred pages at once at most. */
export class CloudWatchLogSource implements LogSource {
  readonly #client: CloudWatchLogsClient;

  constructor(client: CloudWatchLogsClient) {
    this.#client = client;
  }

  async read(
    query: LogQuery,
    onEvents: (events: readonly LogEvent[]) => void,
    signal: AbortSignal,
  ): Promise<{ readonly isCut: boolean }> {
    let nextToken: string | undefined;
    for (let pages = 0; pages < MAX_PAGES; pages += 1) {
      const { events = [], nextToken: next } = await this.#page(query, nextToken, signal);
      onEvents(
        events.map(({ eventId, timestamp, message }) => ({ id: eventId, timeMs: timestamp, message })),
      );
      nextToken = next;
      if (nextToken === undefined) return { isCut: false };
    }
    return { isCut: true };
  }

  async #page(
    { group, pattern, startMs }: LogQuery,
    nextToken: string | undefined,
    abortSignal: AbortSignal,
  ): Promise<z.infer<typeof page>> {
    const command = new FilterLogEventsCommand({
      logGroupName: group,
      startTime: Math.max(0, Math.floor(startMs)),
      filterPattern: pattern,
      nextToken,
    });
    let answer: unknown;
    try {
      answer = await this.#client.send(command, { abortSignal });
    } catch (error) {
      abortSignal.throwIfAborted();
      throw explained(group, error);
    }
    const parsed = page.safeParse(answer);
    if (parsed.success) return parsed.data;
    throw new AwsError(`CloudWatch Logs, FilterLogEvents: ${describeIssues(parsed.error)}.`);
  }
}

function explained(group: string, error: unknown): AwsError {
  const name = error instanceof Error ? error.name : '';
  const todo =
    name === 'ResourceNotFoundException'
      ? 'Nothing is deployed under this name in this region: see --stage, --function-name and --region.'
      : name === 'AccessDeniedException'
        ? 'Have logs:FilterLogEvents on this log group added to your role or user.'
        : '';
  const why = describeError(error).replace(/\.?$/, '.');
  return new AwsError(`Could not read the log group ${group}: ${why} ${todo}`.trimEnd(), { cause: error });
}
