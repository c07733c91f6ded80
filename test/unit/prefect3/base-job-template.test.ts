import { describe, expect, test } from 'vitest';
import {
  baseJobTemplate,
  noPoolDefaults,
  type PoolDefaults,
} from '../../../src/prefect3/base-job-template.ts';
import { placeholdersIn } from '../../../src/prefect3/placeholders.ts';
import { pool, requested } from '../../support/job.ts';
import { contentOf, role } from '../../support/task-request.ts';

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
