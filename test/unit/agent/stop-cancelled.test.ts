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

/** Ends the cancelling of a run that has these tasks. */
async function cancel(
  tasks: readonly LaunchedTask[],
  state:
    | { readonly stage: 'cancelling'; readonly isLaunched?: boolean }
    | { readonly stage: 'cancelled' | 'running' },
  stop: (id: string, reason: string) => void = () => undefined,
) {
  const backend = new QueueBackend();
  const logger = new RecordingLogger();
  const context = {
    backend,
    claimant: { agent: 'agent', invocation: '1' },
    clock: new VirtualClock(),
    logger,
    finder: {
      find: () => Promise.resolve(tasks),
      stop: async (_run: unknown, id: string, reason: string) =>
        Promise.resolve().then(() => {
          stop(id, reason);
        }),
    },
    rescheduleInterrupted: false,
    signal: new AbortController().signal,
  };
  const held = { run: flowRun('a'), version: '1', sinceMs: 0, ...state };
  const changed = await stopCancelled(context, [{ held, tasks }]);
  return { changed, settlements: backend.settlements, log: logger.entries };
}

test.each<[string, boolean | undefined, LaunchedTask[], string[], number]>([
  ['nobody has launched', undefined, [], [], 1],
  ['this agent has launched, whose task has stopped', true, [stopped], [], 1],
  ['this agent has launched, whose task lives', true, [stopped, living], ['living'], 0],
  ['another has launched', true, [], [], 0],
])('a run to be cancelled that %s', async (_, isLaunched, tasks, stops, ended) => {
  const stoppedIds: string[] = [];
  const state = { stage: 'cancelling', ...(isLaunched && { isLaunched }) } as const;
  const { changed, settlements } = await cancel(tasks, state, (id) => stoppedIds.push(id));
  expect(stoppedIds).toEqual(stops);
  const reason = 'Flow run is cancelled';
  const settlement = { kind: 'cancelled', held: 'cancelling', flowRunId: 'a', reason };
  expect(settlements).toEqual(ended === 0 ? [] : [settlement]);
  expect(changed).toEqual(stops.length + ended === 0 ? [] : ['a']);
});

test('a run that is Cancelled already has its task stopped, with the reason', async () => {
  const reasons: string[] = [];
  const { settlements, log } = await cancel([living], { stage: 'cancelled' }, (_, why) => reasons.push(why));
  expect([reasons, settlements]).toEqual([['The flow run was cancelled.'], []]);
  expect(log).toEqual([
    ['info', 'Stopping the task of flow run a, which was cancelled', { flowRunId: 'a', task: 'living' }],
  ]);
});

test('a run that is Cancelled already and has no task is as it should be', async () => {
  expect(await cancel([], { stage: 'cancelled' })).toEqual({ changed: [], settlements: [], log: [] });
});

test('a run that nobody has cancelled keeps its task', async () => {
  const ids: string[] = [];
  expect((await cancel([living], { stage: 'running' }, (id) => ids.push(id))).changed).toEqual([]);
  expect(ids).toEqual([]);
});

test('a task that can’t be stopped is told of, and the run is left for the next sweep', async () => {
  const { changed, log } = await cancel([living], { stage: 'cancelled' }, () => {
    throw new Error('denied');
  });
  expect(changed).toEqual([]);
  expect(log).toContainEqual([
    'error',
    'Could not stop the task of flow run a',
    { flowRunId: 'a', reason: 'denied' },
  ]);
});
