import { isScheduled } from './state.ts';
import type { Store } from './store.ts';
import type { FlowRun, TaskRun, Timestamptz } from './tables.ts';
import { compare } from './where.ts';

export interface QueueQuery {
  readonly tenantId: string;
  /** Runs that start later are not due. */
  readonly before: Timestamptz;
  /** The labels of the agent that asks. */
  readonly labels: readonly string[];
}

const maximumRuns = 25;

// The genuine server reads three pages and then looks at the labels: runs for other agents can hide the rest.
const maximumRunsRead = 3 * maximumRuns;

/** The ids of the due flow runs that an agent with these labels may take, by start time, 25 at most. */
export function runsInQueue(store: Store, { tenantId, before, labels }: QueueQuery): readonly string[] {
  const isDue = (run: FlowRun | TaskRun): boolean =>
    isScheduled(run.state) && run.state_start_time !== null && run.state_start_time <= before;
  const withDueTaskRuns = new Set(
    [...store.tables.task_run.values()].filter(isDue).map((run) => run.flow_run_id),
  );
  return [...store.tables.flow_run.values()]
    .filter((run) => run.tenant_id === tenantId)
    .filter((run) => isDue(run) || (run.state === 'Running' && withDueTaskRuns.has(run.id)))
    .sort(byStartTime)
    .slice(0, maximumRunsRead)
    .filter((run) => agentMayTake(run.labels, labels))
    .slice(0, maximumRuns)
    .map((run) => run.id);
}

/** An agent takes the runs whose labels it has, all of them; one with labels takes no run without. */
export function agentMayTake(runLabels: readonly string[], agentLabels: readonly string[]): boolean {
  if (runLabels.length === 0) return agentLabels.length === 0;
  return runLabels.every((label) => agentLabels.includes(label));
}

function byStartTime(left: FlowRun, right: FlowRun): number {
  // A running run has no start time of its own, and PostgreSQL sorts null last.
  return compare(left.state_start_time ?? '~', right.state_start_time ?? '~');
}
