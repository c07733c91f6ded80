import { expect, test } from 'vitest';
import { Slowest } from '../../src/slowest.ts';

test.each<[string, number[], number]>([
  ['is the least before anything is measured', [], 100],
  ['is the least while all are quicker', [20, 50], 100],
  ['is the slowest', [200, 300, 400], 400],
  ['is the most at most', [5000], 1000],
  ['fades', [500, ...Array.from({ length: 5 }, () => 10)], 295.245],
  ['is forgotten after some dozens', [100_000, ...Array.from({ length: 80 }, () => 10)], 100],
])('what a step is taken to last %s', (_, took, expected) => {
  const slowest = new Slowest(100, 1000);
  for (const ms of took) slowest.note(ms);
  expect(slowest.ms).toBeCloseTo(expected);
});
