import type { Claimed, FlowRun } from './flow-run.ts';
import type { PollContext } from './poll-context.ts';

interface Claims<Run extends FlowRun> {
  readonly claimed: readonly Claimed<Run>[];
  /** Why the API takes no claims at all, if it does not. */
  readonly refused: string | undefined;
}

/** Claims runs, and answers those that were won. */
export async function claimBatch<Run extends FlowRun>(
  context: PollContext<Run>,
  runs: readonly Run[],
): Promise<Claims<Run>> {
  const { backend, claimant, budget, timings, clock, logger, tally } = context;
  for (const { id } of runs)
    logger.info(`Deploying flow run ${id} to execution environment...`, { flowRunId: id });
  const claimed: Claimed<Run>[] = [];
  let refused: string | undefined;
  const startMs = clock.now();
  const answers = await backend.claim(runs, claimant, budget.work);
  timings.noteClaim(clock.now() - startMs);
  for (const answer of answers) {
    if (answer.kind === 'claimed') {
      claimed.push(answer.run);
      continue;
    }
    const { kind, run, reason } = answer;
    const fields = { flowRunId: run.id, reason };
    switch (kind) {
      case 'refused':
        refused ??= reason;
        logger.error(`Left flow run ${run.id} in the queue`, fields);
        tally.add(run, 'left', reason);
        break;
      case 'lost':
        logger.info(`Left flow run ${run.id} alone`, fields);
        tally.add(run, kind, reason);
        break;
      case 'unknown':
        logger.error(`Could not learn whether flow run ${run.id} is claimed`, fields);
        tally.add(run, kind, reason);
        break;
    }
  }
  tally.claimed += claimed.length;
  return { claimed, refused };
}
