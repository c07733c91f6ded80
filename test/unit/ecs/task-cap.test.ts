import { expect, test } from 'vitest';
import { TaskCap } from '../../../src/ecs/task-cap.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const { signal } = new AbortController();

function cap(...counts: number[]) {
  const clock = new VirtualClock();
  const wanted: number[] = [];
  const count = async (runs: number) => {
    wanted.push(runs);
    return Promise.resolve(counts.shift() ?? 0);
  };
  return { clock, wanted, cap: new TaskCap({ max: 10, clock, count }) };
}

test('there is room for the cap before anything is counted: the count comes before the claim', () => {
  expect(cap().cap.room).toBe(10);
});

test('there is room for what was counted, less what was launched since', async () => {
  const { cap: taskCap, wanted } = cap(4);
  await taskCap.refresh(25, signal);
  expect(taskCap.room).toBe(6);
  taskCap.launched(5);
  await taskCap.refresh(25, signal);
  expect(taskCap.room).toBe(1);
  taskCap.launched(2);
  expect(taskCap.room).toBe(0);
  expect(wanted).toEqual([25]);
});

test('an old count is made anew, or a full agent would never launch again', async () => {
  const { cap: taskCap, clock } = cap(10, 3);
  await taskCap.refresh(1, signal);
  expect(taskCap.room).toBe(0);
  await clock.advance(30_000);
  await taskCap.refresh(1, signal);
  expect(taskCap.room).toBe(7);
});
