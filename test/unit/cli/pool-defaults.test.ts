import { expect, test } from 'vitest';
import { poolDefaults } from '../../../src/cli/pool-defaults.ts';
import { noPoolDefaults, type PoolDefaults } from '../../../src/prefect3/base-job-template.ts';
import { loadSettings } from '../../../src/settings/load-settings.ts';

const SECRET = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:prefect-AbCdEf';
const ROLE = 'arn:aws:iam::123456789012:role/flows';

const cases: readonly (readonly [variable: string, value: string, defaults: Partial<PoolDefaults>])[] = [
  ['PREFECT__CLOUD__AGENT__ECS__CLUSTER', 'flows', { cluster: 'flows' }],
  ['PREFECT__CLOUD__AGENT__ECS__TASK_ROLE_ARN', ROLE, { taskRoleArn: ROLE }],
  ['PREFECT__CLOUD__AGENT__ECS__EXECUTION_ROLE_ARN', ROLE, { executionRoleArn: ROLE }],
  [
    'PREFECT__CLOUD__AGENT__ECS__SUBNETS',
    'subnet-0a1b2c3d',
    { network: { awsvpcConfiguration: { subnets: ['subnet-0a1b2c3d'], assignPublicIp: 'ENABLED' } } },
  ],
  ['PREFECT__CLOUD__AGENT__ECS__LAUNCH_TYPE', 'FARGATE', {}],
  ['PREFECT__CLOUD__AGENT__ECS__LAUNCH_TYPE', 'EC2', { launchType: 'EC2' }],
  ['PREFECT_API_KEY_SECRET', SECRET, { apiKeySecretArn: SECRET }],
  ['PREFECT_API_AUTH_STRING_SECRET', SECRET, { authStringSecretArn: SECRET }],
];

test.each(cases)('%s=%s is a default of the pool', async (variable, value, defaults) => {
  const env = { PREFECT_API_URL: 'http://localhost:4200/api', PREFECT_WORK_POOL: 'flows', HOME: '/nowhere' };
  expect(poolDefaults(await loadSettings({ ...env, [variable]: value }))).toEqual({
    ...noPoolDefaults,
    ...defaults,
  });
});

test('a pool of launch type EC2 has no network: its tasks share that of their machine', async () => {
  const settings = await loadSettings({
    PREFECT_API_URL: 'http://localhost:4200/api',
    PREFECT_WORK_POOL: 'flows',
    PREFECT__CLOUD__AGENT__ECS__LAUNCH_TYPE: 'EC2',
    PREFECT__CLOUD__AGENT__ECS__SUBNETS: 'subnet-0a1b2c3d',
    HOME: '/nowhere',
  });
  expect(poolDefaults(settings)).toEqual({ ...noPoolDefaults, launchType: 'EC2' });
});
