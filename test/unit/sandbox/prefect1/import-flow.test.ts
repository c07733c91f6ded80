import { expect, test } from 'vitest';
import { importFlow } from '../../../../src/sandbox/prefect1/import-flow.ts';
import { createFlowRun } from '../../../../src/sandbox/prefect1/seed.ts';
import { newStore } from './new-store.ts';

/** The parts of a genuine `flow.serialize()` that are read, and some that are not. */
const serialized = {
  name: 'sums',
  type: 'prefect.core.flow.Flow',
  schedule: null,
  tasks: [{ slug: '[1, 2]-1', max_retries: 0 }, { slug: 'add-1' }],
  run_config: { type: 'ECSRun', labels: ['prod'] },
  storage: { type: 'Local', flows: { sums: 'flows/sums' } },
  __version__: '1.4.0',
};

test('a serialized flow becomes a flow and its tasks', () => {
  const { store } = newStore();
  const flow = importFlow(store, serialized);
  expect(flow).toMatchObject({
    name: 'sums',
    core_version: '1.4.0',
    run_config: serialized.run_config,
    storage: serialized.storage,
  });
  expect([...store.tables.task.values()]).toMatchObject([
    { flow_id: flow.id, slug: '[1, 2]-1' },
    { flow_id: flow.id, slug: 'add-1' },
  ]);
});

test.each([
  ['its run config', {}, ['prod']],
  ['nothing, when it has none', { run_config: null }, []],
])('a run has the labels of its flow, from %s', (_, change, labels) => {
  const { store } = newStore();
  const flow = importFlow(store, { ...serialized, ...change });
  expect(createFlowRun(store, { flowId: flow.id }).labels).toEqual(labels);
});

test('what is no serialized flow is refused', () => {
  expect(() => importFlow(newStore().store, { name: 'sums' })).toThrow();
});
