import { expect, test } from 'vitest';
import type { LaunchedTask } from '../../../src/agent/launched-task.ts';
import { stopCancelled } from '../../../src/agent/stop-cancelled.ts';
import { QueueBackend } from '../../support/queue-backend.ts';
import { RecordingLogger } from '../../support/recording-logger.ts';
import { flowRun } from '../../support/scripted-agent.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const end = { atMs: 0, cause: 'run', reason: '', likeness: '', program: '', exitCode: 0 } as const;
const living: LaunchedTask = { id: 'living', claimKey: undefined, end: undefined };
const stopped: LaunchedTask = { id: 'stopped', claimKey: '1', end };

test.each<[string, boolean | undefined, LaunchedTask[], string[], number]>([
  ['nobody has launched', undefined, [], [], 1],
  ['this agent has launched, whose task has stopped', true, [stopped], [], 1],
  ['this agent has launched, whose task lives', true, [living], ['living'], 0],
  ['another has launched', true, [], [], 0],
])('a run to be cancelled that %s', async (_, isLaunched, tasks, stops, ended) => {
  const backend = new QueueBackend();
  const stoppedIds: string[] = [];
  const finder = {
    find: () => Promise.resolve(tasks),
    stop: async (_run: unknown, id: string) => {
      stoppedIds.push(id);
      return Promise.resolve();
    },
  };
  const context = {
    backend,
    claimant: { agent: 'agent', invocation: '1' },
    clock: new VirtualClock(),
    logger: new RecordingLogger(),
    finder,
    rescheduleInterrupted: false,
    signal: new AbortController().signal,
  };
  const held = {
    run: flowRun('a'),
    version: '1',
    sinceMs: 0,
    stage: 'cancelling' as const,
    ...(isLaunched && { isLaunched }),
  };
  await stopCancelled(context, [{ held, tasks }]);
  expect(stoppedIds).toEqual(stops);
  expect(backend.settlements).toHaveLength(ended);
});
