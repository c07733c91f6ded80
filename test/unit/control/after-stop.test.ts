import { expect, test } from 'vitest';
import { afterStop, areTooMany } from '../../../src/control/after-stop.ts';
import type { Stops } from '../../../src/control/control-record.ts';

const NOW_MS = 1_000_000;

const stops = (count: number, agoMs: number): Stops => ({
  count,
  reason: 'denied',
  sinceMs: 1,
  lastMs: NOW_MS - agoMs,
});

test.each<[string, Stops | undefined, number, number]>([
  ['the first one', undefined, 1, NOW_MS],
  ['one more', stops(2, 300_000), 3, 1],
  ['one that comes when the others say nothing any more', stops(7, 300_001), 1, NOW_MS],
])('%s of the stops is counted from the first, with its own reason', (_, before, count, sinceMs) => {
  const reason = 'no route';
  expect(afterStop(before, reason, NOW_MS)).toEqual({ count, reason, sinceMs, lastMs: NOW_MS });
});

test.each<[string, Stops | undefined, boolean]>([
  ['none', undefined, false],
  ['two', stops(2, 0), false],
  ['three', stops(3, 0), true],
  ['three within five minutes', stops(3, 300_000), true],
  ['longer ago', stops(3, 300_001), false],
])('whether too many tasks stopped: %s', (_, given, expected) => {
  expect(areTooMany(given, NOW_MS)).toBe(expected);
});
