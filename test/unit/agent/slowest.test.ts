import { expect, test } from 'vitest';
import { Slowest } from '../../../src/agent/slowest.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

test.each<[string, number[], number]>([
  ['is the least before anything is measured', [], 100],
  ['is the least while all are quicker', [20, 50], 100],
  ['is the slowest', [200, 300, 400], 400],
  ['is the most at most', [5000], 1000],
  ['fades', [500, ...Array.from({ length: 5 }, () => 10)], 295.245],
  ['is forgotten after some dozens', [100_000, ...Array.from({ length: 80 }, () => 10)], 100],
])('what a step is taken to last %s', (_, took, expected) => {
  const slowest = new Slowest(100, 1000, new VirtualClock());
  for (const ms of took) slowest.note(ms);
  expect(slowest.ms).toBeCloseTo(expected);
});

test('what a step is taken to last halves each minute in which nothing is measured, whatever was', async () => {
  const clock = new VirtualClock();
  const slowest = new Slowest(100, 1000, clock);
  slowest.note(100_000);
  const lasting: number[] = [];
  for (let minutes = 0; minutes < 5; minutes += 1) {
    lasting.push(slowest.ms);
    await clock.advance(60_000);
  }
  expect(lasting).toEqual([1000, 500, 250, 125, 100]);
});
