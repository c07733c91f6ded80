import { expect, test } from 'vitest';
import { importFlow } from '../../../../src/sandbox/prefect1/import-flow.ts';
import { createFlowRun } from '../../../../src/sandbox/prefect1/seed.ts';
import { newStore } from './new-store.ts';

/** The parts of a genuine `flow.serialize()` that are read, and some that are not. */
const serialized = {
  name: 'sums',
  type: 'prefect.core.flow.Flow',
  schedule: null,
  parameters: [{ name: 'p', slug: 'p', default: 2, required: false }],
  tasks: [
    {
      slug: '[1, 2]-1',
      name: '[1, 2]',
      type: 'prefect.tasks.core.constants.Constant',
      max_retries: 0,
      tags: [],
      cache_key: null,
    },
    {
      slug: 'add-1',
      name: 'add',
      type: 'prefect.tasks.core.function.FunctionTask',
      max_retries: 3,
      tags: ['math'],
      cache_key: 'k',
    },
  ],
  edges: [
    { upstream_task: { slug: '[1, 2]-1' }, downstream_task: { slug: 'add-1' }, key: 'x', mapped: true },
  ],
  reference_tasks: [],
  run_config: { type: 'ECSRun', labels: ['prod'] },
  storage: { type: 'Local', flows: { sums: 'flows/sums' } },
  __version__: '1.4.0',
};

test('a serialized flow becomes a flow and its tasks', () => {
  const { store } = newStore();
  const flow = importFlow(store, serialized, 'demo');
  expect(flow).toMatchObject({
    name: 'sums',
    core_version: '1.4.0',
    environment: null,
    run_config: serialized.run_config,
    storage: serialized.storage,
    parameters: serialized.parameters,
  });
  expect([...store.tables.project.values()]).toMatchObject([{ id: flow.project_id, name: 'demo' }]);
  expect([...store.tables.task.values()]).toMatchObject([
    { flow_id: flow.id, slug: '[1, 2]-1', name: '[1, 2]', mapped: false, max_retries: 0, tags: [] },
    {
      flow_id: flow.id,
      slug: 'add-1',
      name: 'add',
      mapped: true,
      max_retries: 3,
      tags: ['math'],
      cache_key: 'k',
    },
  ]);
});

test.each([
  ['its run config', {}, ['prod']],
  [
    'its environment, when it has no run config',
    { run_config: null, environment: { labels: ['old'] } },
    ['old'],
  ],
  ['neither', { run_config: null }, []],
])('a run has the labels of its flow, from %s', (_, change, labels) => {
  const { store } = newStore();
  const flow = importFlow(store, { ...serialized, ...change });
  expect(createFlowRun(store, { flowId: flow.id }).labels).toEqual(labels);
});

test('what is no serialized flow is refused', () => {
  expect(() => importFlow(newStore().store, { name: 'sums' })).toThrow();
});
