import * as z from 'zod/mini';
import { describeIssues } from '../describe-issues.ts';
import { SettingsError } from '../errors.ts';

/** What a manual invocation may ask for. */
export interface PollEvent {
  readonly maxPolls?: number | undefined;
  /** Only say what would be done. @default false */
  readonly dryRun?: boolean | undefined;
}

const schedule = z.looseObject({ source: z.literal(['aws.events', 'aws.scheduler']) });

const manual = z.strictObject(
  {
    maxPolls: z.optional(z.int('expected a whole number').check(z.minimum(1, 'expected at least 1'))),
    dryRun: z.optional(z.boolean('expected true or false')),
  },
  {
    error: ({ code, keys }) =>
      code === 'unrecognized_keys' ? `unknown field ${keys.join(', ')}` : 'expected an object',
  },
);

/** The event of the poll function: a tick of the schedule asks for nothing. @throws SettingsError */
export function parsePollEvent(event: unknown): PollEvent {
  if (schedule.safeParse(event).success) return {};
  const parsed = manual.safeParse(event ?? {});
  if (parsed.success) return parsed.data;
  throw new SettingsError(
    `The event of the poll function: ${describeIssues(parsed.error)}. Send {"maxPolls": 1, "dryRun": true}, either or none.`,
  );
}
