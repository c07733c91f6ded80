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
const [first, second] = store.tables.flow_run.values();
if (first !== undefined) first.heartbeat = '2026-11-23T08:00:00.000+00:00';
if (second !== undefined) second.heartbeat = '2026-11-23T09:00:00.000+00:00';

function names(parts: SelectArguments): string {
  return select(store.tables, 'flow_run', store.tables.flow_run.values(), parts)
    .map((row) => row.name)
    .join('');
}

test.each<[string, object, string]>([
  ['no condition', {}, 'abc'],
  ['_eq', { name: { _eq: 'b' } }, 'b'],
  ['_neq', { name: { _neq: 'b' } }, 'ac'],
  ['_in', { name: { _in: ['a', 'c'] } }, 'ac'],
  ['_in of nothing', { name: { _in: [] } }, ''],
  ['_nin', { name: { _nin: ['a', 'c'] } }, 'b'],
  ['_gt', { version: { _gt: 0 } }, 'abc'],
  ['_gt of its own value', { version: { _gt: 1 } }, ''],
  ['_gte', { state_start_time: { _gte: '2026-11-23T09:00:00.000+00:00' } }, 'bc'],
  ['_lt', { state_start_time: { _lt: '2026-11-23T09:00:00.000+00:00' } }, 'a'],
  ['_lte', { state_start_time: { _lte: '2026-11-23T09:00:00.000+00:00' } }, 'ab'],
  ['_is_null', { heartbeat: { _is_null: true } }, 'c'],
  ['_is_null: false', { heartbeat: { _is_null: false } }, 'ab'],
  ['_like, whose _ is any character', { flow: { name: { _like: 'report%da_ly' } } }, 'bc'],
  ['_like heeds case', { flow: { name: { _like: 'ETL' } } }, ''],
  ['_like takes a dot for a dot', { flow: { name: { _like: 'e.l' } } }, ''],
  ['_ilike', { flow: { name: { _ilike: 'ETL' } } }, 'a'],
  ['jsonb _eq, whatever the order of keys', { parameters: { _eq: { tags: ['y'], day: 2 } } }, 'b'],
  ['jsonb _contains a key', { parameters: { _contains: { day: 2 } } }, 'b'],
  ['jsonb _contains some elements', { parameters: { _contains: { tags: ['y'] } } }, 'ab'],
  ['jsonb _contains deeply', { parameters: { _contains: { deep: { list: [{ id: 1 }] } } } }, 'a'],
  ['jsonb _contains no bare scalar below the top', { parameters: { _contains: { tags: 'y' } } }, ''],
  ['jsonb _contains a bare scalar at the top', { labels: { _contains: 'x' } }, 'a'],
  ['jsonb _contains no object in an array', { parameters: { _contains: ['day'] } }, ''],
  ['jsonb _has_key, which finds texts in an array', { labels: { _has_key: 'y' } }, 'a'],
  ['jsonb _contained_in', { parameters: { _contained_in: { day: 2, tags: ['y', 'z'] } } }, 'bc'],
  ['jsonb _has_key', { parameters: { _has_key: 'tags' } }, 'ab'],
  [
    'several columns: all of them',
    { name: { _in: ['a', 'b'] }, version: { _eq: 1 }, heartbeat: { _lt: '2026-11-23T09' } },
    'a',
  ],
  ['several operators: all of them', { name: { _gt: 'a', _lt: 'c' } }, 'b'],
  ['_and', { _and: [{ name: { _gt: 'a' } }, { name: { _lt: 'c' } }] }, 'b'],
  ['_and of nothing', { _and: [] }, 'abc'],
  ['_or', { _or: [{ name: { _eq: 'a' } }, { name: { _eq: 'c' } }] }, 'ac'],
  ['_or of nothing', { _or: [] }, ''],
  ['_not', { _not: { name: { _eq: 'a' } } }, 'bc'],
  ['null is never equal', { heartbeat: { _eq: '2026-11-23T08:00:00.000+00:00' } }, 'a'],
  ['null is never unequal', { heartbeat: { _neq: '2026-11-23T08:00:00.000+00:00' } }, 'b'],
  [
    'nor is the contrary of a comparison with null true',
    { _not: { heartbeat: { _eq: '2026-11-23T08:00:00.000+00:00' } } },
    'b',
  ],
  ['a null operand restricts nothing', { name: { _eq: null } }, 'abc'],
  ['a null condition restricts nothing', { name: null, _and: null }, 'abc'],
  ['the row that a relation leads to', { flow: { name: { _eq: 'etl' } } }, 'a'],
  ['some row that a relation leads to', { task_runs: { task: { slug: { _eq: 'load-1' } } } }, 'a'],
  ['no row that a relation leads to', { _not: { task_runs: {} } }, 'bc'],
])('where selects by %s', (_, where, expected) => {
  expect(names({ where })).toBe(expected);
});

test.each<[string, SelectArguments, string]>([
  ['asc', { order_by: [{ name: 'asc' }] }, 'abc'],
  ['desc', { order_by: [{ name: 'desc' }] }, 'cba'],
  ['asc puts null last', { order_by: [{ heartbeat: 'asc' }] }, 'abc'],
  ['desc puts null first', { order_by: [{ heartbeat: 'desc' }] }, 'cba'],
  ['asc_nulls_first', { order_by: [{ heartbeat: 'asc_nulls_first' }] }, 'cab'],
  ['desc_nulls_last', { order_by: [{ heartbeat: 'desc_nulls_last' }] }, 'bac'],
  ['a relation, then a column', { order_by: [{ flow: { name: 'desc' } }, { name: 'desc' }] }, 'cba'],
  ['limit', { order_by: [{ name: 'desc' }], limit: 2 }, 'cb'],
  ['limit 0', { limit: 0 }, ''],
  ['offset', { order_by: [{ name: 'desc' }], offset: 1 }, 'ba'],
  ['offset and limit', { offset: 1, limit: 1 }, 'b'],
])('rows come by %s', (_, parts, expected) => {
  expect(names(parts)).toBe(expected);
});

test('a negative limit is refused', () => {
  expect(() => names({ limit: -1 })).toThrow('unexpected negative value');
});
