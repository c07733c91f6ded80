import * as z from 'zod/mini';
import { pollReport } from '../status/poll-report.ts';

const count = z.int();
const counts = z.record(z.string(), count);

const about = {
  agent: z.string(),
  durationMs: z.number(),
  calls: z.object({ prefect: counts, ecs: counts, throttles: z.exactOptional(count) }),
  notes: z.exactOptional(z.array(z.string())),
};

const plannedRun = { flowRunId: z.string(), name: z.string(), startTime: z.string() };

/** What the poll function answers, as it comes over the wire. */
export const pollResult = z.discriminatedUnion('dryRun', [
  z.object({
    ...about,
    dryRun: z.literal(false),
    ...pollReport.shape,
  }),
  z.object({
    ...about,
    dryRun: z.literal(true),
    runs: z.array(
      z.discriminatedUnion('action', [
        z.object({
          ...plannedRun,
          action: z.literal('launch'),
          taskDefinition: z.string(),
          definition: z.exactOptional(
            z.object({
              images: z.array(z.string()),
              executionRoleArn: z.exactOptional(z.string()),
              taskRoleArn: z.exactOptional(z.string()),
            }),
          ),
          runTask: z.record(z.string(), z.unknown()),
        }),
        z.object({ ...plannedRun, action: z.literal(['fail', 'cancel']), reason: z.string() }),
      ]),
    ),
  }),
]);

export type ParsedPollResult = z.infer<typeof pollResult>;
