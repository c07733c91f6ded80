import * as z from 'zod/mini';

const count = z.int();
const counts = z.record(z.string(), count);

const about = {
  agent: z.string(),
  durationMs: z.number(),
  calls: z.object({ prefect: counts, ecs: counts, throttles: z.exactOptional(count) }),
  notes: z.exactOptional(z.array(z.string())),
};

const runReport = z.object({
  flowRunId: z.string(),
  name: z.string(),
  outcome: z.literal(['started', 'put-back', 'left', 'failed', 'cancelled', 'lost', 'unknown']),
  detail: z.string(),
  lateMs: z.exactOptional(z.number()),
});

const plannedRun = { flowRunId: z.string(), name: z.string(), startTime: z.string() };

/** What the poll function answers, as it comes over the wire. */
export const pollResult = z.discriminatedUnion('dryRun', [
  z.object({
    ...about,
    dryRun: z.literal(false),
    polls: count,
    failedPolls: count,
    found: count,
    claimed: count,
    started: count,
    putBack: count,
    left: count,
    failed: count,
    cancelled: count,
    lost: count,
    unknown: count,
    recovered: z.exactOptional(count),
    overLimit: z.exactOptional(z.string()),
    blockedFor: z.exactOptional(z.string()),
    runs: z.array(runReport),
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
          runTask: z.record(z.string(), z.unknown()),
        }),
        z.object({ ...plannedRun, action: z.literal(['fail', 'cancel']), reason: z.string() }),
      ]),
    ),
  }),
]);

export type ParsedPollResult = z.infer<typeof pollResult>;
