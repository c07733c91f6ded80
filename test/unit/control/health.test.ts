import { expect, test } from 'vitest';
import type { ControlRecord } from '../../../src/control/control-record.ts';
import { healthOf } from '../../../src/control/health.ts';

const NOW_MS = 1_000_000;

const record = (change: Partial<ControlRecord>): ControlRecord => ({
  lastPollMs: NOW_MS,
  lastSuccessMs: NOW_MS,
  lastFailure: undefined,
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
  ['when no poll ever succeeded', record({ lastSuccessMs: undefined }), 'No poll has succeeded yet.'],
])('health %s', (_, given, expected) => {
  const health = healthOf(given, 120_000, NOW_MS);
  expect(health.healthy ? true : health.reason).toBe(expected);
});
