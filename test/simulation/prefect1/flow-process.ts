import type { ContainerToRun } from '../../../src/sandbox/ecs/run-task-process.ts';
import { mayRun } from '../../../src/sandbox/prefect1/flow-process.ts';
import type { EmbeddedPrefect1 } from '../../../src/sandbox/prefect1/prefect1-server.ts';
import { isFinished } from '../../../src/sandbox/prefect1/state.ts';
import type { VirtualClock } from '../../support/virtual-clock.ts';
import type { Choices } from '../choices.ts';
import { type Records, TERMINATED } from '../records.ts';

/** What the shell line of `waitUntil` does at most, in milliseconds. */
const LONGEST_WAIT_MS = 300_000;

export interface FlowProcessOptions {
  readonly clock: VirtualClock;
  readonly api: EmbeddedPrefect1;
  readonly records: Records;
}

/** Executes a flow run as `prefect execute flow-run` would in its container. */
export async function executeFlowRun(
  container: ContainerToRun,
  { clock, api, records }: FlowProcessOptions,
  choices: Choices,
  stop: AbortSignal,
): Promise<number> {
  const waitMs = startTimeMs(container.command) - clock.now();
  if (waitMs > 0) await clock.sleep(Math.min(waitMs, LONGEST_WAIT_MS), stop);
  await clock.sleep(choices.between(500, 4000), stop);
  const id = container.environment['PREFECT__CONTEXT__FLOW_RUN_ID'] ?? '';
  const run = api.flowRun(id);
  if (run === undefined) throw new Error(`A task for a flow run that does not exist: ${id}`);
  records.came(id, container.taskArn, mayRun(run.serialized_state, clock.now()), clock.now());
  if (!mayRun(run.serialized_state, clock.now())) return 0;
  records.by('flow', () => {
    api.setFlowRunState(id, { type: 'Running', message: 'Running flow.' });
    for (const { id: taskRunId, state } of api.taskRuns(id)) {
      if (state === 'Submitted') api.setTaskRunState(taskRunId, { type: 'Running' });
    }
  });
  let exitCode = TERMINATED;
  try {
    await clock.sleep(choices.between(2000, 60_000), stop);
    exitCode = end(id, choices, api, records, clock.now());
  } finally {
    records.ended(id, exitCode);
  }
  return exitCode;
}

/** Reports how the run ends, by its parameter `outcome`. */
function end(id: string, choices: Choices, api: EmbeddedPrefect1, records: Records, nowMs: number): number {
  const run = api.flowRun(id);
  const outcome = String(run?.parameters.outcome);
  const [first] = api.taskRuns(id);
  return records.by('flow', () => {
    if (run?.state === 'Cancelling') {
      api.setFlowRunState(id, { type: 'Cancelled', message: 'Flow run is cancelled' });
    } else if (outcome === 'Crashed') {
      return 1;
    } else if (outcome === 'Retrying' && first !== undefined && first.state === 'Pending') {
      // A retry more than some minutes away ends the process; the run stays Running and an agent resumes it.
      const startTime = new Date(nowMs + choices.between(30_000, 100_000)).toISOString();
      records.intend(id);
      api.setTaskRunState(first.id, { type: 'Retrying', start_time: startTime, run_count: 1 });
    } else {
      for (const taskRun of api.taskRuns(id)) {
        if (!isFinished(taskRun.state)) api.setTaskRunState(taskRun.id, { type: 'Success' });
      }
      api.setFlowRunState(id, {
        type: outcome === 'Failed' ? 'Failed' : 'Success',
        message: 'The flow ended.',
      });
    }
    return 0;
  });
}

/** Until when the container's command waits, in milliseconds since the epoch; -Infinity: it does not. */
function startTimeMs(command: readonly string[]): number {
  const [, second] = /left=\$\(\((\d+)-/.exec(command.join(' ')) ?? [];
  return second === undefined ? -Infinity : Number(second) * 1000;
}
