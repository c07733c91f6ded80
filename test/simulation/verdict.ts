import type { Task } from '../../src/sandbox/ecs/new-task.ts';
import { blockedText, healthOf } from '../../src/control/health.ts';
import type { RunView } from './prefect-world.ts';
import { runOf } from './records.ts';
import { unrecorded } from './unrecorded.ts';
import type { World } from './world.ts';

/** A run that is due is launched with the next wake, which may be a minute and some seconds away. */
const PATIENCE_MS = 120_000;

/** What is claimed and has no task is launched by the sweep, within this time, in milliseconds. */
const LAUNCH_MS = 180_000;

/** What has stopped is known by the next minute, in milliseconds. */
const HEARD_MS = 60_000;

/**
 * Some minutes after the last fault, every run must be launched, failed for a reason, or queued for a cause. A story
 * of which too little was recorded fails as well: it is no proof of anything.
 */
export async function judge(world: World): Promise<void> {
  const { prefect, ecs, control, records, leaks, trace, clock } = world;
  const nowMs = clock.now();
  const record = await control.record();
  const tasks = Map.groupBy(ecs.tasks(), runOf);
  const isBlocked = blockedText(record, nowMs) !== undefined;
  for (const run of prefect.runs()) {
    const problem = problemOf(world, run, tasks.get(run.id) ?? [], nowMs, isBlocked);
    if (problem !== undefined) trace.violation('2', `flow run ${run.id.slice(0, 8)} ${problem}`);
    leaks.watch('the log of a run', prefect.logs(run.id));
  }
  const missed = unrecorded(records, ecs.tasks());
  if (missed !== undefined) trace.violation('0', missed);
  // A circuit that is open says so until something is due again.
  const health = healthOf({ ...record, circuit: undefined, stops: undefined }, PATIENCE_MS, nowMs);
  if (!health.healthy) trace.violation('4', `health does not recover: ${health.reason}`);
  leaks.watch('the control record', record);
  leaks.watch('a request of ECS', ecs.requests);
  leaks.watch('a task definition', ecs.taskDefinitions());
  leaks.watch('the story', trace.lines.join('\n'));
}

function problemOf(
  world: World,
  run: RunView,
  tasks: readonly Task[],
  nowMs: number,
  isBlocked: boolean,
): string | undefined {
  const { prefect, records } = world;
  const { stage, message, dueMs = Infinity, claimedMs = Infinity, cancellingMs = Infinity } = run;
  const isLive = tasks.some(({ lastStatus }) => lastStatus !== 'STOPPED');
  if (stage === 'failed' && records.runs.has(run.id)) {
    return message !== '' || prefect.logs(run.id).length > 0 ? undefined : 'is failed without a reason';
  }
  if (stage === 'failed' || stage === 'ended' || isLive) return undefined;
  const what = stage === 'running' ? 'has a retry that is' : 'is';
  // What waits for the circuit is queued for a cause that health says.
  if (dueMs < nowMs - PATIENCE_MS && !isBlocked) return `${what} due and not launched`;
  if (claimedMs < nowMs - LAUNCH_MS) return `${what} claimed and has no task`;
  if (cancellingMs < nowMs - LAUNCH_MS) return 'is being cancelled for ever';
  return stage === 'running' ? goneProblem(world, run, tasks, nowMs) : undefined;
}

/** A Running run whose process has crashed is Failed as soon as that is heard. */
function goneProblem(
  { records }: World,
  run: RunView,
  tasks: readonly Task[],
  nowMs: number,
): string | undefined {
  const last = tasks.at(-1);
  const hasCrashed = last?.containers.some(({ exitCode }) => exitCode !== undefined && exitCode !== 0);
  if (last?.stoppedAt === undefined || hasCrashed !== true || records.runs.get(run.id)?.unheard === true)
    return undefined;
  return last.stoppedAt.getTime() < nowMs - HEARD_MS ? 'is Running and its process is gone' : undefined;
}
