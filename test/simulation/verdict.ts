import type { Task } from '../../src/sandbox/ecs/new-task.ts';
import { isFinished, isScheduled } from '../../src/sandbox/prefect1/state.ts';
import type { FlowRun, TaskRun } from '../../src/sandbox/prefect1/tables.ts';
import { healthOf } from '../../src/control/health.ts';
import { readPutBack } from '../../src/prefect1/states.ts';
import { runOf } from './records.ts';
import { LEAD_MS } from './sandbox.ts';
import type { World } from './world.ts';

/** A run that is due is launched with the next wake, which may be a minute and some seconds away. */
const PATIENCE_MS = 120_000;

/** What is claimed and has no task is launched by the sweep, within this time, in milliseconds. */
const LAUNCH_MS = 180_000;

/** What has stopped is known by the next minute, in milliseconds. */
const HEARD_MS = 60_000;

/** Some minutes after the last fault, every run must be launched, failed for a reason, or queued for a cause. */
export async function judge(world: World): Promise<void> {
  const { api, ecs, control, leaks, trace, clock } = world;
  const nowMs = clock.now();
  const tasks = Map.groupBy(ecs.tasks(), runOf);
  for (const run of api.flowRuns()) {
    const problem = problemOf(world, run, api.taskRuns(run.id), tasks.get(run.id) ?? [], nowMs);
    if (problem !== undefined) trace.violation('2', `flow run ${run.id.slice(0, 8)} ${problem}`);
    leaks.watch('the log of a run', api.logs(run.id));
  }
  const record = await control.record();
  // A circuit that is open says so until something is due again.
  const health = healthOf({ ...record, circuit: undefined }, PATIENCE_MS, nowMs);
  if (!health.healthy) trace.violation('4', `health does not recover: ${health.reason}`);
  leaks.watch('the control record', record);
  leaks.watch('a request of ECS', ecs.requests);
  leaks.watch('a task definition', ecs.taskDefinitions());
  leaks.watch('the story', trace.lines.join('\n'));
}

function problemOf(
  world: World,
  run: FlowRun,
  taskRuns: readonly TaskRun[],
  tasks: readonly Task[],
  nowMs: number,
): string | undefined {
  const { api, records } = world;
  const isLive = tasks.some(({ lastStatus }) => lastStatus !== 'STOPPED');
  if (run.state === 'Failed' && records.runs.has(run.id)) {
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
  if (run.state === 'Cancelling') {
    const isOld = Date.parse(run.state_timestamp) < nowMs - LAUNCH_MS;
    return isOld && run.agent_id !== null ? 'is being cancelled for ever' : undefined;
  }
  if (run.state !== 'Running') return undefined;
  return retryProblem(taskRuns, nowMs) ?? goneProblem(world, run, tasks, nowMs);
}

/** A Running run whose process has crashed is Failed as soon as that is heard. */
function goneProblem(
  { records }: World,
  run: FlowRun,
  tasks: readonly Task[],
  nowMs: number,
): string | undefined {
  const last = tasks.at(-1);
  const hasCrashed = last?.containers.some(({ exitCode }) => exitCode !== undefined && exitCode !== 0);
  if (last?.stoppedAt === undefined || hasCrashed !== true || records.runs.get(run.id)?.unheard === true)
    return undefined;
  return last.stoppedAt.getTime() < nowMs - HEARD_MS ? 'is Running and its process is gone' : undefined;
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
