import { describe, expect, test } from 'vitest';
import { FlowRunError, SettingsError } from '../../../src/errors.ts';
import {
  baseJobTemplate,
  noPoolDefaults,
  type PoolDefaults,
} from '../../../src/prefect3/base-job-template.ts';
import { blamingPool } from '../../../src/prefect3/blame-pool.ts';
import { checkWorkPool } from '../../../src/prefect3/check-work-pool.ts';
import { clusterOf } from '../../../src/prefect3/cluster-of.ts';
import type { Prefect3FlowRun } from '../../../src/prefect3/flow-run.ts';
import { placeholdersIn } from '../../../src/prefect3/placeholders.ts';
import { never, pool, requested, run3, TableOfDocuments, template } from '../../support/job.ts';
import { contentOf, role } from '../../support/task-request.ts';

describe('a work pool', () => {
  test('of type ecs is served', () => {
    expect(() => {
      checkWorkPool(pool());
    }).not.toThrow();
  });

  test.each([
    ['ecs:push', 'started by Prefect Cloud itself'],
    ['prefect:managed', 'run at Prefect'],
    ['prefect-agent', 'agents of Prefect 2'],
    ['process', 'no tasks of ECS'],
  ])('of type %s is refused', (type, reason) => {
    const check = () => {
      checkWorkPool({ ...pool(), type });
    };
    expect(check).toThrow(SettingsError);
    expect(check).toThrow(`of type ecs, got ${type}`);
    expect(check).toThrow(reason);
  });

  test('without a template is refused', () => {
    expect(() => {
      checkWorkPool(pool({ job_configuration: {}, variables: {} }));
    }).toThrow('got an empty one');
  });
});

describe('whose fault it is', () => {
  const build = (baseJobTemplate: ReturnType<typeof template>) => (run: Prefect3FlowRun) =>
    requested({ pool: pool(baseJobTemplate), jobVariables: run.jobVariables });

  test('what a run has wrong fails the run', async () => {
    const asked = blamingPool(run3({ cluster: 3 }), pool(), build(template()));
    await expect(asked).rejects.toThrow(FlowRunError);
  });

  test('what the pool has wrong for any run is not the run’s, whatever that chose', async () => {
    const own = template({ defaults: { configure_cloudwatch_logs: true } });
    const asked = blamingPool(run3({ cpu: 256 }), pool(own), build(own));
    await expect(asked).rejects.toThrow(SettingsError);
    await expect(asked).rejects.toThrow('Work pool `ecs-pool`: configure_cloudwatch_logs');
  });

  test('another fault of the pool does not excuse the run', async () => {
    const own = template({ defaults: { configure_cloudwatch_logs: true } });
    await expect(blamingPool(run3({ cluster: 3 }), pool(own), build(own))).rejects.toThrow(FlowRunError);
  });
});

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

describe('the template of a new pool', () => {
  const network = { awsvpcConfiguration: { subnets: ['subnet-a'] } };
  const all: PoolDefaults = {
    cluster: 'flows',
    launchType: undefined,
    taskRoleArn: role('task'),
    executionRoleArn: role('execution'),
    network,
    image: 'me/flows:1',
    cpu: 512,
    memory: 1024,
    apiKeySecretArn: undefined,
    authStringSecretArn: 'arn:auth',
    logGroup: '/flows',
  };

  test('makes the task that the genuine worker’s makes, where it is given nothing', async () => {
    const own = pool(baseJobTemplate(noPoolDefaults));
    for (const jobVariables of [
      {},
      { cpu: 256, memory: 512, image: 'a', labels: { a: 'b' }, env: { A: '1' } },
    ]) {
      expect(await requested({ pool: own, jobVariables })).toEqual(await requested({ jobVariables }));
    }
  });

  test('gives what it is given', async () => {
    const request = await requested({ pool: pool(baseJobTemplate(all)) });
    expect(contentOf(request)).toMatchObject({
      cpu: '512',
      memory: '1024',
      executionRoleArn: role('execution'),
      containerDefinitions: [
        {
          name: 'prefect',
          image: 'me/flows:1',
          secrets: [{ name: 'PREFECT_API_AUTH_STRING', valueFrom: 'arn:auth' }],
        },
      ],
    });
    expect(request.runTask).toMatchObject({
      cluster: 'flows',
      launchType: 'FARGATE',
      networkConfiguration: network,
      overrides: { taskRoleArn: role('task') },
    });
    expect(request.logStream?.group).toBe('/flows');
  });

  test.each([noPoolDefaults, all])(
    'declares each variable that it uses, as the server demands',
    (defaults) => {
      const { job_configuration, variables } = baseJobTemplate(defaults);
      const used = placeholdersIn(job_configuration).map(({ name }) => name);
      expect(new Set(used)).toEqual(new Set(Object.keys(variables.properties ?? {})));
    },
  );
});
