import { expect, test } from 'vitest';
import { claimOrder } from '../../../src/prefect3/claim-order.ts';
import type { Deployment, Prefect3FlowRun } from '../../../src/prefect3/flow-run.ts';
import { run3 } from '../../support/scripted-prefect3.ts';

const NOW_MS = 1000;

const run = (id: string, change: Partial<Prefect3FlowRun> = {}): Prefect3FlowRun =>
  run3(id, { name: id, startTimeMs: NOW_MS, ...change });

const deployment = (id: string, isLimited: boolean): Deployment => ({
  id,
  name: id,
  updated: undefined,
  jobVariables: {},
  isLimited,
});

const early = { startTimeMs: NOW_MS + 1 };
const putBack = { isPutBack: true };
const slotOf = (id: string) => ({ deployment: deployment(id, true) });

test.each<[string, Prefect3FlowRun[], string[][][]]>([
  ['nothing', [], []],
  ['what is due goes together', [run('a'), run('b', { deployment: deployment('x', false) })], [[['a', 'b']]]],
  ['what was put back goes apart', [run('a', putBack), run('b'), run('c', putBack)], [[['b']], [['a', 'c']]]],
  ['what is early goes alone', [run('a', early), run('b'), run('c', early)], [[['b']], [['a']], [['c']]]],
  [
    'what takes a slot goes alone, and those of one deployment follow one another',
    [run('a', slotOf('x')), run('b', slotOf('y')), run('c', { ...slotOf('x'), ...early }), run('d')],
    [[['d']], [['a'], ['c']], [['b']]],
  ],
])('%s', (_, runs, expected) => {
  const order = claimOrder(runs, NOW_MS);
  expect(order.map((batches) => batches.map((batch) => batch.map(({ id }) => id)))).toEqual(expected);
});

test.each([
  [50, [50]],
  [51, [50, 1]],
  [100, [50, 50]],
])('%i runs go fifty at a time', (count, sizes) => {
  const runs = Array.from({ length: count }, (_, i) => run(String(i)));
  const order = claimOrder(runs, NOW_MS).flat();
  expect(order.map(({ length }) => length)).toEqual(sizes);
  expect(order.flat()).toEqual(runs);
});
