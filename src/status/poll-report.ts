import * as z from 'zod/mini';

const count = z.int();

const runReport = z.object({
  flowRunId: z.string(),
  name: z.string(),
  outcome: z.literal(['started', 'put-back', 'left', 'failed', 'cancelled', 'lost', 'unknown']),
  detail: z.string(),
  lateMs: z.exactOptional(z.number()),
});

/** What a batch of polls did, as the poll function answers and logs it. */
export const pollReport = z.object({
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
});
