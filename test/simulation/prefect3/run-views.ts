import { readPutBack } from '../../../src/prefect3/states.ts';
import type { EmbeddedPrefect3 } from '../../../src/sandbox/prefect3/prefect3-server.ts';
import { isFinal } from '../../../src/sandbox/prefect3/state.ts';
import type { RunView } from '../prefect-world.ts';

type Run = ReturnType<EmbeddedPrefect3['flowRuns']>[number];

interface ListedDeployment {
  readonly id: string;
  /** null: none. */
  readonly global_concurrency_limit: { readonly limit: number; readonly active_slots: number } | null;
}

export function listDeployments(api: EmbeddedPrefect3): readonly ListedDeployment[] {
  return api.send('POST', '/deployments/filter') as readonly ListedDeployment[];
}

/** The flow runs as every generation has them. */
export function runViews(api: EmbeddedPrefect3, leadMs: number): readonly RunView[] {
  const runs = api.flowRuns();
  const limited = listDeployments(api).filter((one) => one.global_concurrency_limit !== null);
  const freeSince = new Map(limited.map((one) => [one.id, slotFreeSinceMs(one, runs)]));
  return runs.map((run) => viewOf(run, freeSince.get(run.deployment_id ?? ''), leadMs));
}

/** Since when a slot may be free, in milliseconds since the epoch; Infinity: all are taken. */
function slotFreeSinceMs(
  { id, global_concurrency_limit: slots }: ListedDeployment,
  runs: readonly Run[],
): number {
  if (slots !== null && slots.active_slots >= slots.limit) return Infinity;
  const freed = runs.filter(
    ({ deployment_id: of, state }) => of === id && (isFinal(state.type) || readPutBack(state) !== undefined),
  );
  return Math.max(...freed.map(({ state }) => Date.parse(state.timestamp)));
}

/** @param slotFreeMs undefined: its deployment has no limit. No slot is taken ahead of the start time. */
function viewOf(run: Run, slotFreeMs: number | undefined, leadMs: number): RunView {
  const { id, state } = run;
  const common = { id, message: state.message ?? '' };
  const sinceMs = Date.parse(state.timestamp);
  switch (state.type) {
    case 'CRASHED':
    case 'FAILED':
      return { ...common, stage: 'failed' };
    case 'SCHEDULED': {
      const startMs = Date.parse(run.next_scheduled_start_time ?? '');
      const waits = readPutBack(state) !== undefined || state.name.startsWith('Awaiting');
      const aheadMs = startMs - (waits ? 0 : leadMs);
      return {
        ...common,
        stage: 'queued',
        dueMs: slotFreeMs === undefined ? aheadMs : Math.max(startMs, slotFreeMs),
      };
    }
    case 'PENDING':
      return { ...common, stage: 'claimed', claimedMs: sinceMs };
    case 'RUNNING':
      return { ...common, stage: 'running' };
    case 'CANCELLING':
      // What has begun ends itself, or is ended by the server.
      return { ...common, stage: 'cancelling', cancellingMs: run.start_time === null ? sinceMs : undefined };
    case 'COMPLETED':
    case 'CANCELLED':
    case 'PAUSED':
      return { ...common, stage: 'ended' };
  }
}
