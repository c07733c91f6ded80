import { expect, test } from 'vitest';
import type { ControlRecord } from '../../../src/control/control-record.ts';
import { healthOf } from '../../../src/control/health.ts';

const NOW_MS = 1_000_000;

const record = (change: Partial<ControlRecord>): ControlRecord => ({
  lastPollMs: NOW_MS,
  lastSuccessMs: NOW_MS,
  lastFailure: undefined,
  notBeforeMs: undefined,
  circuit: undefined,
  ...change,
});

test.each<[string, ControlRecord | undefined, true | string]>([
  ['before the first poll', undefined, 'No poll has ended yet.'],
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
  ['when no poll ever succeeded', record({ lastSuccessMs: undefined }), 'No poll has succeeded yet.'],
])('health %s', (_, given, expected) => {
  const health = healthOf(given, 120_000, NOW_MS);
  expect(health.healthy ? true : health.reason).toBe(expected);
});
