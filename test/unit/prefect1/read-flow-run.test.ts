import { expect, test } from 'vitest';
import { readFlowRun } from '../../../src/prefect1/read-flow-run.ts';

const NOW = '2026-11-23T12:00:00.000Z';
const nowMs = Date.parse(NOW);
const startTime = (serialized_state: Record<string, unknown>): string | undefined => {
  const flow = { id: 'flow-1', name: 'etl' };
  const read = readFlowRun({ id: 'run-1', version: 1, serialized_state, flow, task_runs: [] }, nowMs);
  return read !== undefined && 'run' in read ? new Date(read.run.startTimeMs).toISOString() : undefined;
};

const scheduled = { type: 'Scheduled', start_time: '2026-11-23T12:01:00.000000+00:00' };

test.each([
  ['Scheduled run is its state’s', scheduled, '2026-11-23T12:01:00.000Z'],
  [
    'time without an offset is UTC',
    { ...scheduled, start_time: '2026-11-23T12:01:00' },
    '2026-11-23T12:01:00.000Z',
  ],
  ['Scheduled run without one is now', { type: 'Scheduled' }, NOW],
  ['Running run is now', { type: 'Running' }, NOW],
  [
    'claimed run is that of the state that the claim replaced',
    { type: 'Submitted', state: scheduled },
    '2026-11-23T12:01:00.000Z',
  ],
  ['claimed run that wraps no state is now', { type: 'Submitted', state: null }, NOW],
  ['run that is no time is not read', { ...scheduled, start_time: 'soon' }, undefined],
])('the start time of a %s', (_, state, expected) => {
  expect(startTime(state)).toBe(expected);
});

test('states that are nested deeper than the stack goes are read all the same', () => {
  let state: unknown = { type: 'Scheduled', start_time: '2026-11-23T12:00:00Z' };
  for (let level = 0; level < 20_000; level++) state = { type: 'Submitted', state };
  const row = {
    id: 'run-1',
    version: 1,
    serialized_state: state,
    flow: { id: 'f', name: 'etl' },
    task_runs: [],
  };
  expect(readFlowRun(row, 0)).toMatchObject({ run: { startTimeMs: Date.parse('2026-11-23T12:00:00Z') } });
});

test('a run whose first due time is no moment is taken for due since its start time', () => {
  const context = { serverless_prefect_agent: { put_back: true, due_since_ms: -1e300 } };
  const row = {
    id: 'run-1',
    version: 1,
    serialized_state: { type: 'Scheduled', start_time: '2026-11-23T12:00:00Z', context },
    flow: { id: 'f', name: 'etl' },
    task_runs: [],
  };
  expect(readFlowRun(row, 0)).toMatchObject({ run: { dueSinceMs: undefined } });
});
