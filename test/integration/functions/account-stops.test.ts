import { expect, test } from 'vitest';
import { type ControlStore, EMPTY_RECORD } from '../../../src/control/control-record.ts';
import { healthOf } from '../../../src/control/health.ts';
import { MemoryControlStore } from '../../../src/control/memory-control-store.ts';
import { handleTaskStopped } from '../../../src/functions/handle-task-stopped.ts';
import { handlePoll } from '../../../src/functions/handle-poll.ts';
import { never } from '../../support/prefect1.ts';
import { recoveryWorld } from '../../support/recovery-world.ts';

const NO_SECRET = {
  stopCode: 'TaskFailedToStart',
  stoppedReason:
    'ResourceInitializationError: unable to pull secrets or registry auth: AccessDeniedException',
} as const;

const BLOCKED =
  /^3 tasks in a row stopped for a reason that lies in the account: Task .*AccessDeniedException/;

/** The poll function and the one that hears of stopped tasks, with one control record. */
async function functions() {
  let isDenied = true;
  const world = await recoveryWorld({
    ecs: { playMs: 100, startFailure: () => (isDenied ? NO_SECRET : undefined) },
  });
  const { clock, ecs } = world;
  const control: ControlStore = new MemoryControlStore();
  const parts = { ...world, control };
  let heard = 0;
  return {
    ...parts,
    poll: () => handlePoll(parts, {}, { id: `poll at ${clock.now()}`, remainingMs: 50_000 }),
    /** Tells of the tasks that have stopped since. @returns what was decided */
    hear: async () => {
      await expect.poll(() => ecs.tasks().every(({ lastStatus }) => lastStatus === 'STOPPED')).toBe(true);
      const decisions: string[] = [];
      for (const task of ecs.tasks().slice(heard)) {
        heard += 1;
        const { decision } = await handleTaskStopped(parts, task, { id: 'stop', remainingMs: 50_000 });
        decisions.push(decision);
      }
      return decisions;
    },
    health: async () => healthOf(await control.read(never), 120_000, clock.now()),
    repair: () => {
      isDenied = false;
    },
  };
}

test('three tasks that can’t read their secret open the circuit, and one that begins to run closes it', async () => {
  const { createRun, poll, hear, health, repair, clock, control, logger } = await functions();
  for (let i = 0; i < 3; i += 1) createRun();
  expect(await poll()).toMatchObject({ started: 3, notes: [] });
  expect(await hear()).toEqual(['put-back', 'put-back', 'put-back']);
  expect(await health()).toMatchObject({ healthy: false, reason: expect.stringMatching(BLOCKED) as string });
  clock.jump(61);
  const tried = await poll();
  expect(tried).toMatchObject({
    started: 1,
    overLimit:
      'Left 2 due flow run(s) in the queue: the circuit is open, and this invocation has made its one launch that tries it.',
    notes: [expect.stringMatching(BLOCKED)],
  });
  expect(logger.messages('error')).toContainEqual(expect.stringMatching(BLOCKED));
  await hear();
  expect(await control.read(never)).toMatchObject({ stops: { count: 4 } });
  repair();
  clock.jump(61);
  expect(await poll()).toMatchObject({ started: 1 });
  expect(await hear()).toEqual(['put-back']);
  expect(await control.read(never)).toMatchObject({ stops: undefined });
  expect(await health()).toMatchObject({ healthy: true });
  clock.jump(301);
  expect(await poll()).toMatchObject({ started: 3, notes: [] });
});

test('the circuit closes by itself when no task has stopped so for five minutes', async () => {
  const { createRun, poll, hear, clock } = await functions();
  for (let i = 0; i < 3; i += 1) createRun();
  await poll();
  await hear();
  clock.jump(301);
  expect(await poll()).toMatchObject({ started: 3, notes: [] });
});

test('a stop that is told of again does not count again', async () => {
  const { createRun, poll, hear, control, ecs, ...world } = await functions();
  createRun();
  await poll();
  await hear();
  const [task] = ecs.tasks();
  if (task !== undefined) {
    const again = handleTaskStopped({ ...world, control }, task, { id: 'again', remainingMs: 50_000 });
    expect(await again).toMatchObject({ decision: 'ignored' });
  }
  expect(await control.read(never)).toMatchObject({ stops: { count: 1 } });
});

test('Prefect is not asked about a stopped task while it asked to be left alone', async () => {
  const { createRun, poll, hear, control, clock, api, stateOf } = await functions();
  const id = createRun();
  await poll();
  const record = await control.read(never);
  const notBeforeMs = clock.now() + 60_000;
  await control.replace(record, { ...EMPTY_RECORD, notBeforeMs }, never);
  const calls = { ...api.calls };
  await expect(hear()).rejects.toThrow(/left alone/);
  expect([api.calls, stateOf(id)]).toEqual([calls, 'Submitted']);
});
