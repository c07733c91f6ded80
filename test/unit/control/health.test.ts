import { expect, test } from 'vitest';
import { type ControlRecord, EMPTY_RECORD } from '../../../src/control/control-record.ts';
import { healthOf } from '../../../src/control/health.ts';

const NOW_MS = 1_000_000;

const record = (change: Partial<ControlRecord>): ControlRecord => ({
  ...EMPTY_RECORD,
  lastPollMs: NOW_MS,
  lastSuccessMs: NOW_MS,
  ...change,
});

test.each<[string, ControlRecord, true | string]>([
  ['before the first poll', EMPTY_RECORD, 'No poll has ended yet.'],
  ['right after a success', record({}), true],
  ['120 s after a success', record({ lastSuccessMs: NOW_MS - 120_000 }), true],
  [
    '121 s after a success',
    record({ lastSuccessMs: NOW_MS - 121_000 }),
    'The last successful poll ended 121 s ago; at most 120 s are expected.',
  ],
  [
    'when the last poll failed, though one succeeded lately',
    record({ lastSuccessMs: NOW_MS - 60_000, lastPollMs: NOW_MS - 3000, lastFailure: 'db down' }),
    'The last poll failed, 3 s ago: db down',
  ],
  [
    'while Prefect asked to be left alone, not long after a success',
    record({ lastSuccessMs: NOW_MS - 60_000, notBeforeMs: NOW_MS + 60_000 }),
    true,
  ],
  [
    'while Prefect asked to be left alone, long after the last success',
    record({ lastSuccessMs: NOW_MS - 121_000, notBeforeMs: NOW_MS + 60_000 }),
    'Prefect asked to be left alone until 1970-01-01T00:17:40.000Z. The last successful poll ended 121 s ago; at most 120 s are expected.',
  ],
  [
    'long after Prefect asked to be left alone',
    record({ lastSuccessMs: NOW_MS - 900_000, notBeforeMs: NOW_MS - 60_000 }),
    'The last successful poll ended 900 s ago; at most 120 s are expected.',
  ],
  [
    'after two failures to launch',
    record({ circuit: { failures: 2, reason: 'denied', openedAtMs: undefined } }),
    true,
  ],
  [
    'after more failures to launch, though polls that found nothing due succeeded since',
    record({ circuit: { failures: 5, reason: 'denied', openedAtMs: NOW_MS - 60_000 } }),
    'Nothing can be launched since 1970-01-01T00:15:40.000Z, after 5 failures in a row: denied',
  ],
  [
    'after two tasks that stopped',
    record({ stops: { count: 2, reason: 'denied', sinceMs: 0, lastMs: NOW_MS } }),
    true,
  ],
  [
    'after more tasks that stopped, within five minutes',
    record({ stops: { count: 3, reason: 'no secret', sinceMs: 0, lastMs: NOW_MS - 300_000 } }),
    '3 tasks in a row stopped for a reason that lies in the account: no secret',
  ],
  [
    'when no task has stopped so for more than five minutes',
    record({ stops: { count: 3, reason: 'no secret', sinceMs: 0, lastMs: NOW_MS - 300_001 } }),
    true,
  ],
  [
    'while it is paused and its polls fail',
    record({ paused: { sinceMs: 0, reason: 'r' }, lastFailure: 'db down' }),
    'The last poll failed, 0 s ago: db down',
  ],
  [
    'while it is paused and no longer woken',
    record({ paused: { sinceMs: 0, reason: 'r' }, lastSuccessMs: NOW_MS - 180_000 }),
    'The last successful poll ended 180 s ago; at most 120 s are expected.',
  ],
  ['when no poll ever succeeded', record({ lastSuccessMs: undefined }), 'No poll has succeeded yet.'],
])('health %s', (_, given, expected) => {
  const health = healthOf(given, 120_000, NOW_MS);
  expect(health.healthy ? true : health.reason).toBe(expected);
});

test.each([
  ['reason', 'new cluster', 'Paused since 1970-01-01T00:15:00.000Z: new cluster'],
  ['no reason', undefined, 'Paused since 1970-01-01T00:15:00.000Z.'],
])('health while it is paused for %s is good, and says so', (_, reason, note) => {
  const paused = { sinceMs: 900_000, reason };
  expect(healthOf(record({ paused }), 120_000, NOW_MS)).toMatchObject({ healthy: true, note });
});
