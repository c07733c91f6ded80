import { describe, expect, test } from 'vitest';
import { clusterOf } from '../../../src/prefect3/cluster-of.ts';
import type { Prefect3FlowRun } from '../../../src/prefect3/flow-run.ts';
import { never, pool, run3, TableOfDocuments, template } from '../../support/job.ts';

describe('the cluster of a run', () => {
  const cluster = (
    jobVariables: Record<string, unknown>,
    changes: Parameters<typeof template>[0] = {},
    change: Partial<Prefect3FlowRun> = {},
  ) => {
    const documents = new TableOfDocuments({}, { where: 'theirs' });
    const run = run3(jobVariables, change);
    return clusterOf(run, pool(template(changes)), documents, { cluster: 'agents' }, never);
  };

  test.each<[string, () => Promise<string | undefined>, string]>([
    ['is the agent’s where nobody names one', () => cluster({}), 'agents'],
    ['is the pool’s', () => cluster({}, { defaults: { cluster: 'pools' } }), 'pools'],
    ['is the job’s', () => cluster({ cluster: 'jobs' }, { defaults: { cluster: 'pools' } }), 'jobs'],
    [
      'is the one of the request before the one of the job',
      () => cluster({}, { request: { cluster: 'requests' }, configuration: { cluster: 'configurations' } }),
      'requests',
    ],
    [
      'may be in a variable of Prefect',
      () => cluster({ cluster: '{{ prefect.variables.where }}' }),
      'theirs',
    ],
    [
      'is the one of its task, once that was told',
      () => cluster({ cluster: 'jobs' }, {}, { infrastructurePid: 'tasks::arn:aws:ecs:task/1' }),
      'tasks',
    ],
  ])('%s', async (_, find, expected) => {
    expect(await find()).toBe(expected);
  });
});
