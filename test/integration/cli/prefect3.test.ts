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
  const role = 'arn:aws:iam::123456789012:role/exec';
  const { code, out } = await cli(['plan'], { ...env, PREFECT__CLOUD__AGENT__ECS__EXECUTION_ROLE_ARN: role });
  expect({ code, tasks: ecs.tasks() }).toEqual({ code: 0, tasks: [] });
  expect(out).toContain(id);
  expect(out).toMatch(/^ {2}images: \[ prefecthq\/prefect:\S+ \]\n {2}executionRoleArn: \S+\/exec$/m);
  expect(out).toContain('subnets: [ subnet-0a1b2c3d ]');
  expect(out).toContain('PASSWORD');
  expect(out).not.toContain('canary');
});

test.each(['run', 'plan', 'setup-pool'])(
  '%s says that an address without /api is none of the API',
  async (command) => {
    const { env } = await world();
    const { code, err } = await cli([command], { ...env, PREFECT_API_URL: env.PREFECT_API_URL.slice(0, -4) });
    expect(code).toBe(3);
    expect(err).toMatch(
      /^error: Prefect API, work_pools: .*The address of a self-hosted server ends in \/api/m,
    );
  },
);

test.each(['run', 'plan'])('%s names the command that creates a pool which is not there', async (command) => {
  const { env } = await world();
  const { code, err } = await cli([command], { ...env, PREFECT_WORK_POOL: 'other' });
  expect(code).toBe(2);
  expect(err).toContain(
    'the API has no `other`. Create it with `agent setup-pool`, or name one that there is.',
  );
});

test('plan refuses a pool of another type, as run does', async () => {
  const { api, env } = await world();
  api.createWorkPool({ name: 'other', type: 'process' });
  const { code, err } = await cli(['plan'], { ...env, PREFECT_WORK_POOL: 'other' });
  expect(code).toBe(2);
  expect(err).toContain('Expected the work pool `other` to be of type ecs, got process');
});

test('plan says that a pool is paused', async () => {
  const { api, env } = await world();
  api.send('PATCH', '/work_pools/ecs-pool', { is_paused: true });
  const { code, out, err } = await cli(['plan'], env);
  expect({ code, out }).toEqual({ code: 0, out: 'No flow runs are due.\n' });
  expect(err).toContain('The work pool `ecs-pool` is paused: its runs stay in the queue.');
});

test('run says which work pool it serves', async () => {
  const { env } = await world();
  expect((await cli(['run'], env)).err).toContain('Starting ECSAgent with the work pool `ecs-pool`');
});
