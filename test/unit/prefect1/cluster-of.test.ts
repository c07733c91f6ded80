import { describe, expect, test } from 'vitest';
import { clusterOf } from '../../../src/prefect1/cluster-of.ts';
import { ecsRun, run } from '../../support/task-request.ts';

describe('the cluster of a run', () => {
  const cluster = (fields: object, settings: Partial<Parameters<typeof clusterOf>[1]> = {}) =>
    clusterOf(run(ecsRun(fields)), { cluster: undefined, runTaskKwargs: {}, ...settings });

  test.each<[string, () => string | undefined, string | undefined]>([
    ['is the default one where nobody names one', () => cluster({}), undefined],
    ['is the agent’s', () => cluster({}, { cluster: 'agents' }), 'agents'],
    [
      'is the one of the agent’s arguments where there is no other',
      () => cluster({}, { runTaskKwargs: { cluster: 'arguments' } }),
      'arguments',
    ],
    [
      'is the agent’s before the one of its arguments',
      () => cluster({}, { cluster: 'agents', runTaskKwargs: { cluster: 'arguments' } }),
      'agents',
    ],
    [
      'is the run config’s before all',
      () => cluster({ run_task_kwargs: { cluster: 'runs' } }, { cluster: 'agents' }),
      'runs',
    ],
  ])('%s', (_, find, expected) => {
    expect(find()).toBe(expected);
  });
});
