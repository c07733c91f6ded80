import type { Task } from '../../src/sandbox/ecs/new-task.ts';
import { isFinished, isScheduled } from '../../src/sandbox/prefect1/state.ts';
import type { FlowRun, TaskRun } from '../../src/sandbox/prefect1/tables.ts';
import { readPutBack } from '../../src/prefect1/states.ts';
import type { FaultKind } from './fault-kinds.ts';
import type { Invocation } from './invocation.ts';
import { runOf } from './records.ts';
import { LEAD_MS, type World } from './world.ts';

/** A run that is due is launched with the next wake, which may be a minute and some seconds away. */
const PATIENCE_MS = 120_000;

/** What is claimed is launched within this time, in milliseconds. */
const LAUNCH_MS = 60_000;

export interface VerdictOptions {
  readonly invocations: readonly Invocation[];
  readonly kinds: ReadonlySet<FaultKind>;
  /** Whether something recovers the claims of invocations that are gone. */
  readonly recovery: boolean;
}

/** Some minutes after the last fault, every run must be launched, failed for a reason, or queued for a cause. */
export function judge(world: World, options: VerdictOptions): void {
  const { api, ecs, trace, clock } = world;
  const nowMs = clock.now();
  const tasks = Map.groupBy(ecs.tasks(), runOf);
  for (const run of api.flowRuns()) {
    const own = tasks.get(run.id) ?? [];
    const problem = problemOf(world, run, api.taskRuns(run.id), own, nowMs);
    if (problem === undefined) continue;
    const excuse = options.recovery ? undefined : excuseOf(world, run, own, options);
    if (excuse === undefined) trace.violation('2', `flow run ${run.id.slice(0, 8)} ${problem}`);
    else trace.note('excused', `flow run ${run.id.slice(0, 8)} ${problem}: ${excuse}`);
  }
}

function problemOf(
  { api, records }: World,
  run: FlowRun,
  taskRuns: readonly TaskRun[],
  tasks: readonly Task[],
  nowMs: number,
): string | undefined {
  const isLive = tasks.some(({ lastStatus }) => lastStatus !== 'STOPPED');
  if (run.state === 'Failed' && records.runs.get(run.id)?.wrong !== undefined) {
    const isSaid = (run.state_message ?? '') !== '' || api.logs(run.id).length > 0;
    return isSaid ? undefined : 'is failed without a reason';
  }
  if (isFinished(run.state) || isLive) return undefined;
  if (isScheduled(run.state)) {
    const leadMs = readPutBack(run.serialized_state) ? 0 : LEAD_MS;
    return isOverdue(run.state_start_time, leadMs, nowMs) ? 'is due and not launched' : undefined;
  }
  if (run.state === 'Submitted') {
    return Date.parse(run.state_timestamp) < nowMs - LAUNCH_MS ? 'is claimed and has no task' : undefined;
  }
  return run.state === 'Running' ? retryProblem(taskRuns, nowMs) : undefined;
}

/** A Running run whose task runs wait for a retry is launched again for them. */
function retryProblem(taskRuns: readonly TaskRun[], nowMs: number): string | undefined {
  const isDue = taskRuns.some(
    (each) => isScheduled(each.state) && isOverdue(each.state_start_time, 0, nowMs),
  );
  if (isDue) return 'has a retry that is due and not launched';
  const isClaimed = taskRuns.some(
    ({ state, state_timestamp: since }) => state === 'Submitted' && Date.parse(since) < nowMs - LAUNCH_MS,
  );
  return isClaimed ? 'has a retry that is claimed and has no task' : undefined;
}

function isOverdue(startTime: string | null, leadMs: number, nowMs: number): boolean {
  return startTime !== null && Date.parse(startTime) - leadMs < nowMs - PATIENCE_MS;
}

/** Why the run may be stuck as long as nothing recovers it; undefined: it may not. */
function excuseOf(
  { records }: World,
  run: FlowRun,
  tasks: readonly Task[],
  { invocations, kinds }: VerdictOptions,
): string | undefined {
  if (kinds.has('late-effects')) return 'a request of any age may have claimed it';
  if (tasks.some(({ stopCode }) => stopCode === 'TaskFailedToStart')) return 'its task did not start';
  const claim = JSON.stringify(run.serialized_state.context);
  // An event that is delivered again has the same id.
  for (const { id, env } of invocations.filter(({ id }) => claim.includes(`"${id}"`))) {
    if (env.isDead) return `${id} was killed`;
    if (env.frozenUntilMs > -Infinity) return `${id} was frozen`;
  }
  const doubt = records.runs.get(run.id)?.excuse;
  // A Running run's claim is on its task runs, where putting back does not look for it yet.
  return doubt ?? (run.state === 'Running' ? 'a claimed retry is never put back' : undefined);
}
