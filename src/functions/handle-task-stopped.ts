import { recoverStopped } from '../agent/recover-stopped.ts';
import type { Clock } from '../clock.ts';
import type { ControlStore } from '../control/control-record.ts';
import { recordStop } from '../control/record-stop.ts';
import type { CreatedAgent } from '../compose/create-agent.ts';
import type { TaskReference } from '../ecs/ecs-tasks.ts';
import type { Logger } from '../logger.ts';
import type { Settings } from '../settings/settings.ts';
import { type Invocation, invocationTimeout } from './invocation.ts';

/** Kept free at the end of an invocation for its error, in milliseconds. */
const RESERVE_MS = 1000;

/** What came of an event. `ignored`: it is about no task of this agent's, or about a run that has ended. */
export interface TaskStoppedResult {
  readonly decision: 'ignored' | 'leave' | 'launch' | 'put-back' | 'fail';
  readonly flowRunId?: string;
}

/** What a process keeps from one event to the next. */
interface TaskStoppedWarmth extends Pick<CreatedAgent, 'backend' | 'launching'> {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly control: ControlStore;
  readonly logger: Logger;
}

/**
 * One invocation of the function that hears of stopped tasks: looks what became of the task and of its run, and notes
 * what that says of the account.
 * @throws PrefectApiError, AwsError or what the SDK throws, when that can't be learnt, or Prefect asked to be left
 * alone: the event is to be delivered again.
 */
export async function handleTaskStopped(
  { settings, clock, control, logger, backend, launching }: TaskStoppedWarmth,
  reference: TaskReference,
  { id, remainingMs }: Invocation,
): Promise<TaskStoppedResult> {
  using timeout = invocationTimeout(clock, remainingMs - RESERVE_MS);
  const { signal } = timeout;
  const { tasks: finder } = await launching();
  const stopped = await finder.stoppedRun(reference, signal);
  if (stopped === undefined) return { decision: 'ignored' };
  const { flowRunId, startedMs } = stopped;
  const record = await control.read(signal);
  backend.notBeforeMs = record.notBeforeMs;
  const claimant = { agent: settings.agent.name, invocation: id };
  const rescheduleInterrupted = settings.ecs.spotReschedule;
  const recovery = { backend, claimant, clock, logger, finder, rescheduleInterrupted, signal };
  const { decision, end } = (await recoverStopped(recovery, flowRunId, reference.taskArn)) ?? {};
  logger.info('A task has stopped', { ...reference, flowRunId, decision });
  // Only with what is put back: an event that comes again finds nothing to put back.
  const isAccounts = decision?.kind === 'put-back' && end?.cause === 'account';
  const accountsReason = isAccounts ? end.reason : undefined;
  await recordStop(control, record, { atMs: clock.now(), startedMs, accountsReason }, signal);
  return { decision: decision?.kind ?? 'ignored', flowRunId };
}
