import { expect, test } from 'vitest';
import { createFlow, createFlowRun } from '../../../../src/sandbox/prefect1/seed.ts';
import { select } from '../../../../src/sandbox/prefect1/select.ts';
import type { SelectArguments } from '../../../../src/sandbox/prefect1/select.ts';
import { newStore } from './new-store.ts';

const { store } = newStore();
const flows = {
  etl: createFlow(store, { name: 'etl', tasks: [{ slug: 'load-1' }] }),
  report: createFlow(store, { name: 'report_daily' }),
};
for (const [name, flow, startTime, parameters] of [
  [
    'a',
    flows.etl,
    '2026-11-23T08:00:00Z',
    { day: 1, tags: ['x', 'y'], deep: { list: [{ id: 1, more: 2 }] } },
  ],
  ['b', flows.report, '2026-11-23T09:00:00Z', { day: 2, tags: ['y'] }],
  ['c', flows.report, '2026-11-23T10:00:00Z', {}],
] as const) {
  createFlowRun(store, {
    flowId: flow.id,
    name,
    startTime,
    parameters,
    labels: name === 'a' ? ['x', 'y'] : [],
  });
}
const [first] = store.tables.flow_run.values();
if (first !== undefined) first.start_time = '2026-11-23T08:00:00.000+00:00';

function names(parts: SelectArguments): string {
  return select(store.tables, 'flow_run', store.tables.flow_run.values(), parts)
    .map((row) => row.name)
    .join('');
}

test.each<[string, object, string]>([
  ['no condition', {}, 'abc'],
  ['_eq', { name: { _eq: 'b' } }, 'b'],
  ['_in', { name: { _in: ['a', 'c'] } }, 'ac'],
  ['_in of nothing', { name: { _in: [] } }, ''],
  ['_nin', { name: { _nin: ['a', 'c'] } }, 'b'],
  ['_gte', { state_start_time: { _gte: '2026-11-23T09:00:00.000+00:00' } }, 'bc'],
  ['_lte', { state_start_time: { _lte: '2026-11-23T09:00:00.000+00:00' } }, 'ab'],
  ['jsonb _contains a key', { parameters: { _contains: { day: 2 } } }, 'b'],
  ['jsonb _contains some elements', { parameters: { _contains: { tags: ['y'] } } }, 'ab'],
  ['jsonb _contains deeply', { parameters: { _contains: { deep: { list: [{ id: 1 }] } } } }, 'a'],
  ['jsonb _contains no bare scalar below the top', { parameters: { _contains: { tags: 'y' } } }, ''],
  ['jsonb _contains a bare scalar at the top', { labels: { _contains: 'x' } }, 'a'],
  ['jsonb _contains no object in an array', { parameters: { _contains: ['day'] } }, ''],
  ['jsonb _contained_in', { parameters: { _contained_in: { day: 2, tags: ['y', 'z'] } } }, 'bc'],
  ['several columns: all of them', { name: { _in: ['a', 'b'] }, parameters: { _contains: { day: 1 } } }, 'a'],
  ['several operators: all of them', { name: { _gte: 'b', _lte: 'b' } }, 'b'],
  ['_or', { _or: [{ name: { _eq: 'a' } }, { name: { _eq: 'c' } }] }, 'ac'],
  ['_or of nothing', { _or: [] }, ''],
  ['null is never equal', { start_time: { _eq: '2026-11-23T08:00:00.000+00:00' } }, 'a'],
  ['nor is it outside of a list', { start_time: { _nin: ['2026-11-23T09:00:00.000+00:00'] } }, 'a'],
  ['a null operand restricts nothing', { name: { _eq: null } }, 'abc'],
  ['a null condition restricts nothing', { name: null, _or: null }, 'abc'],
  ['the row that a relation leads to', { flow: { name: { _eq: 'etl' } } }, 'a'],
  ['some row that a relation leads to', { task_runs: { task: { slug: { _eq: 'load-1' } } } }, 'a'],
])('where selects by %s', (_, where, expected) => {
  expect(names({ where })).toBe(expected);
});

test.each<[string, SelectArguments, string]>([
  ['one column', { order_by: [{ state_start_time: 'asc' }] }, 'abc'],
  ['a column that is null, which comes last', { order_by: [{ start_time: 'asc' }] }, 'abc'],
  ['one column, then another', { order_by: [{ version: 'asc' }, { name: 'asc' }] }, 'abc'],
  ['limit', { limit: 2 }, 'ab'],
  ['limit 0', { limit: 0 }, ''],
])('rows come by %s', (_, parts, expected) => {
  expect(names(parts)).toBe(expected);
});

test('a negative limit is refused', () => {
  expect(() => names({ limit: -1 })).toThrow('unexpected negative value');
});
