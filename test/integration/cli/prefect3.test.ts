import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { startEcs } from '../../../src/sandbox/ecs/ecs-server.ts';
import { startPrefect3 } from '../../../src/sandbox/prefect3/prefect3-server.ts';
import { cli } from '../../support/cli.ts';
import { template } from '../../support/job.ts';
import { stubAws } from '../../support/stub-aws.ts';

beforeEach(() => {
  stubAws();
});

/** A Prefect 3 with a due run, an ECS, and the settings for both. */
async function world() {
  const api = await startPrefect3({ clock: systemClock });
  const ecs = await startEcs({ clock: systemClock, runner: undefined });
  onTestFinished(async () => {
    await Promise.all([api.close(), ecs.close()]);
  });
  vi.stubEnv('AWS_ENDPOINT_URL_ECS', ecs.endpoint);
  api.createWorkPool({ base_job_template: { ...template() } });
  const { id: deploymentId } = api.createDeployment({ jobVariables: { env: { PASSWORD: 'canary' } } });
  const { id } = api.createFlowRun({ deploymentId, name: 'owl' });
  const env = {
    PREFECT_API_URL: api.endpoint,
    PREFECT_WORK_POOL: 'ecs-pool',
    PREFECT__CLOUD__AGENT__ECS__SUBNETS: 'subnet-0a1b2c3d',
  };
  return { api, ecs, env, id };
}

test('run starts what is due in the work pool', async () => {
  const { api, ecs, env, id } = await world();
  const { code, out } = await cli(['run', '-n', 'laptop'], env);
  expect({ code, tasks: ecs.tasks().length }).toEqual({ code: 0, tasks: 1 });
  expect(out).toContain(`owl       ${id}  started`);
  expect(api.workers()).toMatchObject([{ name: 'laptop' }]);
});

test('plan says what would be started, without the values of users’ variables', async () => {
  const { ecs, env, id } = await world();
  const { code, out } = await cli(['plan'], env);
  expect({ code, tasks: ecs.tasks() }).toEqual({ code: 0, tasks: [] });
  expect(out).toContain(id);
  expect(out).toContain('PASSWORD');
  expect(out).not.toContain('canary');
});
