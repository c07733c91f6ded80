import { expect, test } from 'vitest';
import { isFinished, isRunning, isScheduled, loadState } from '../../../../src/sandbox/prefect1/state.ts';

const now = '2026-11-23T08:00:00.000+00:00';
const mapped = { context: {}, message: null, cached_inputs: {}, __version__: '1.4.1' };
const base = { ...mapped, _result: { __version__: '1.4.1', type: 'NoResultType' } };

test.each<[string, object, object]>([
  ['the least that a state may say', { type: 'Running' }, { ...base, type: 'Running' }],
  [
    'fields of no type, which are lost',
    { type: 'Running', claim: 1, run_count: 2 },
    { ...base, type: 'Running' },
  ],
  [
    'a context, which is kept whole',
    { type: 'Submitted', context: { agent: { name: 'lab', ids: [1] } } },
    { ...base, type: 'Submitted', state: null, context: { agent: { name: 'lab', ids: [1] } } },
  ],
  [
    'null for what has a default',
    { type: 'Failed', context: null, cached_inputs: null },
    { ...base, type: 'Failed' },
  ],
  [
    'a scheduled state without a time',
    { type: 'Scheduled' },
    { ...base, type: 'Scheduled', start_time: now },
  ],
  [
    'a scheduled state with null',
    { type: 'Scheduled', start_time: null },
    { ...base, type: 'Scheduled', start_time: now },
  ],
  ['a pause without end', { type: 'Paused' }, { ...base, type: 'Paused', start_time: null }],
  ['a retry', { type: 'Retrying' }, { ...base, type: 'Retrying', start_time: now, run_count: 1 }],
  [
    'a mapped state, which has no result',
    { type: 'Mapped', n_map_states: 2 },
    { ...mapped, type: 'Mapped', n_map_states: 2 },
  ],
  [
    'a result',
    { type: 'Success', _result: { type: 'Result', location: 'x' } },
    { ...base, type: 'Success', _result: { type: 'Result', location: 'x' } },
  ],
  [
    'a wrapped state, which is read the same way',
    { type: 'Submitted', state: { type: 'Scheduled', start_time: '2026-11-23T09:00:00+02:00', bogus: 1 } },
    {
      ...base,
      type: 'Submitted',
      state: { ...base, type: 'Scheduled', start_time: '2026-11-23T09:00:00+02:00' },
    },
  ],
])('a state is written down anew: %s', (_, given, expected) => {
  expect(loadState(given, now)).toStrictEqual(expected);
});

test.each<[string, unknown, string]>([
  ['an unknown type', { type: 'Sideways' }, "{'type': ['Unsupported value: Sideways']}"],
  ['a number for a type', { type: 5 }, "{'type': ['Unsupported value: 5']}"],
  [
    'the name of something every object has',
    { type: 'toString' },
    "{'type': ['Unsupported value: toString']}",
  ],
  ['no type', {}, "{'type': ['Missing data for required field.']}"],
  ['a null type', { type: null }, "{'type': ['Missing data for required field.']}"],
  [
    'an unknown type inside',
    { type: 'Submitted', state: { type: 'Up' } },
    "{'state': {'type': ['Unsupported value: Up']}}",
  ],
  [
    'a time that is none',
    { type: 'Scheduled', start_time: 'soon' },
    "{'start_time': ['Not a valid datetime.']}",
  ],
  ['a message that is none', { type: 'Failed', message: 3 }, "{'message': ['Not a valid string.']}"],
  ['a context that is none', { type: 'Failed', context: [1] }, "{'context': ['Not a valid mapping type.']}"],
  ['a null result', { type: 'Failed', _result: null }, "{'_result': ['Field may not be null.']}"],
  ['a text', 'Running', "{'_schema': 'Invalid data type: Running'}"],
])('%s is refused in the words of the genuine server', (_, given, message) => {
  expect(() => loadState(given, now)).toThrow(message);
});

test.each<[string, boolean, boolean, boolean]>([
  ['Pending', false, false, false],
  ['Scheduled', true, false, false],
  ['Paused', true, false, false],
  ['Queued', true, false, false],
  ['Retrying', true, false, false],
  ['Submitted', false, false, false],
  ['Running', false, true, false],
  ['Cancelling', false, true, false],
  ['Success', false, false, true],
  ['Mapped', false, false, true],
  ['Failed', false, false, true],
  ['Cancelled', false, false, true],
])('%s: scheduled %s, running %s, finished %s', (type, scheduled, running, finished) => {
  expect([isScheduled(type), isRunning(type), isFinished(type)]).toEqual([scheduled, running, finished]);
});
