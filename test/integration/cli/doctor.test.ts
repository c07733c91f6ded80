import { describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { clockCheck } from '../../../src/doctor/clock-check.ts';
import type { CheckResult } from '../../../src/doctor/run-checks.ts';
import { startPrefect1 } from '../../../src/sandbox/prefect1/prefect1-server.ts';
import { startPrefect3 } from '../../../src/sandbox/prefect3/prefect3-server.ts';
import { serveLocally } from '../../../src/sandbox/serve.ts';
import { stubAws } from '../../support/stub-aws.ts';
import { type AwsAnswer, awsStandIn } from '../../support/aws-stand-in.ts';
import { cli } from '../../support/cli.ts';
import { freePort } from '../../support/free-port.ts';
import { template } from '../../support/job.ts';
import { stagesFolder } from '../../support/stages.ts';

type Answers = Parameters<typeof awsStandIn>[0];

const ROLE = 'arn:aws:iam::123456789012:role/flows/exec';
const SECRET = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:prefect-AbCdEf';
const IMAGE = '123456789012.dkr.ecr.us-east-1.amazonaws.com/flows:1';

const trusting = (who: string) =>
  `<Role><AssumeRolePolicyDocument>${encodeURIComponent(`{"Service":"${who}"}`)}</AssumeRolePolicyDocument></Role>`;
const routes = (route: string) =>
  `<routeTableSet><item><routeSet><item>${route}</item></routeSet></item></routeTableSet>`;
const toThe = (target: string) =>
  routes(`<destinationCidrBlock>0.0.0.0/0</destinationCidrBlock>${target}<state>active</state>`);

const GOOD: Answers = {
  DescribeClusters: { clusters: [{ status: 'ACTIVE', registeredContainerInstancesCount: 0 }] },
  GetRole: trusting('ecs-tasks.amazonaws.com'),
  DescribeSubnets: '<subnetSet><item><vpcId>vpc-1</vpcId></item></subnetSet>',
  DescribeRouteTables: toThe('<natGatewayId>nat-1</natGatewayId>'),
  DescribeImages: { imageDetails: [{}] },
  DescribeSecret: { ARN: SECRET },
  GetParameter: { Parameter: {} },
  GetServiceQuota: { Quota: { Value: 100 } },
};

const DOWN = await freePort();

/** Where everything is right with the settings that most use. */
async function setUp(answers: Answers = {}, change: Record<string, string> = {}) {
  const api = await startPrefect1({ clock: systemClock });
  onTestFinished(() => api.close());
  // The tenant comes with it.
  api.createFlow({ name: 'etl' });
  const aws = await awsStandIn({ ...GOOD, ...answers });
  const env = {
    ...aws,
    PREFECT__BACKEND: 'server',
    PREFECT__CLOUD__API: api.endpoint,
    PREFECT__CLOUD__AGENT__ECS__EXECUTION_ROLE_ARN: ROLE,
    PREFECT__CLOUD__AGENT__ECS__SUBNETS: 'subnet-0a1b2c3d',
    PREFECT__CLOUD__AGENT__ECS__TASK_DEFINITION: JSON.stringify({
      containerDefinitions: [{ name: 'flow', image: IMAGE }],
    }),
    ...change,
  };
  const doctor = (...argv: string[]) => cli(['doctor', ...argv], env);
  const check = async (name: string) => {
    const { code, out } = await doctor('--json');
    const { checks } = JSON.parse(out) as { checks: CheckResult[] };
    return { code, ...checks.find((result) => result.name === name) };
  };
  return { doctor, check };
}

test('where all is well, each check says so, and the exit code is 0', async () => {
  const { doctor } = await setUp();
  const { code, out, err } = await doctor();
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toMatch(/^ok +Prefect API +http:\S+ answers, the tenant is \S+$/m);
  expect(out).toMatch(/^ok +clock +the same here and at the Prefect API$/m);
  expect(out).toMatch(/^ok +AWS credentials +found, for us-east-1$/m);
  expect(out).toMatch(/^ok +ECS cluster +default is ACTIVE$/m);
  expect(out).toMatch(/^ok +execution role +exec is there, and ECS may take it$/m);
  expect(out).toMatch(/^ok +subnets +subnet-0a1b2c3d leads out by nat-1$/m);
  expect(out).toContain(`${IMAGE} is in ECR`);
  expect(out).toMatch(/^ok +Fargate quota +100 vCPU at once/m);
  expect(out).toContain('9 checks: 9 ok, 0 warnings, 0 failed, 0 not checked.');
});

const igw = toThe('<gatewayId>igw-1</gatewayId>');
const subnetsSetting = 'PREFECT__CLOUD__AGENT__ECS__ASSIGN_PUBLIC_IP';

test.each<
  [
    what: string,
    name: string,
    status: string,
    text: string,
    answers: Answers,
    change?: Record<string, string>,
  ]
>([
  [
    'a cluster that is not there',
    'ECS cluster',
    'failed',
    'there is no cluster default',
    { DescribeClusters: { clusters: [] } },
  ],
  [
    'a cluster that is going',
    'ECS cluster',
    'failed',
    'default is DEPROVISIONING',
    { DescribeClusters: { clusters: [{ status: 'DEPROVISIONING' }] } },
  ],
  [
    'a cluster without machines for EC2',
    'ECS cluster',
    'warning',
    'no container instances',
    {},
    { PREFECT__CLOUD__AGENT__ECS__LAUNCH_TYPE: 'EC2' },
  ],
  [
    'a role that is not there',
    'execution role',
    'failed',
    'there is no role exec',
    { GetRole: { error: 'NoSuchEntity' } },
  ],
  [
    'a role for somebody else',
    'execution role',
    'failed',
    'does not trust',
    { GetRole: trusting('lambda.amazonaws.com') },
  ],
  [
    'a permission that the caller lacks',
    'execution role',
    'unknown',
    'AccessDenied',
    { GetRole: { error: 'AccessDenied' } },
  ],
  [
    'a subnet that is not there',
    'subnets',
    'failed',
    'there is no subnet',
    { DescribeSubnets: { error: 'InvalidSubnetID.NotFound' } },
  ],
  [
    'a public subnet without a public address',
    'subnets',
    'failed',
    'they reach nothing outside',
    { DescribeRouteTables: igw },
    { [subnetsSetting]: 'false' },
  ],
  ['a public subnet with one', 'subnets', 'ok', 'leads out by igw-1', { DescribeRouteTables: igw }],
  [
    'a subnet without a way out',
    'subnets',
    'warning',
    'no route to the outside',
    { DescribeRouteTables: routes('<gatewayId>local</gatewayId>') },
  ],
  [
    'the main table where a subnet has none',
    'subnets',
    'ok',
    'leads out by tgw-1',
    {
      DescribeRouteTables: ({ 'Filter.1.Name': filter }): AwsAnswer =>
        filter === 'association.main'
          ? toThe('<transitGatewayId>tgw-1</transitGatewayId>')
          : '<routeTableSet/>',
    },
  ],
  [
    'an image that ECR has not',
    'image',
    'failed',
    `ECR has no ${IMAGE}`,
    { DescribeImages: { error: 'ImageNotFoundException' } },
  ],
  [
    'an image that is no reference',
    'image',
    'failed',
    'no reference',
    {},
    {
      PREFECT__CLOUD__AGENT__ECS__TASK_DEFINITION:
        '{"containerDefinitions":[{"name":"flow","image":"Not An Image"}]}',
    },
  ],
  [
    'an image elsewhere',
    'image',
    'ok',
    'only ECR is asked',
    {},
    {
      PREFECT__CLOUD__AGENT__ECS__TASK_DEFINITION:
        '{"containerDefinitions":[{"name":"flow","image":"prefecthq/prefect:1.4.1"}]}',
    },
  ],
  ['no image', 'image', 'ok', 'bring their own', {}, { PREFECT__CLOUD__AGENT__ECS__TASK_DEFINITION: '' }],
  [
    'a secret that is not there',
    'API key',
    'failed',
    'there is no arn:',
    { DescribeSecret: { error: 'ResourceNotFoundException' } },
    { PREFECT__CLOUD__API_KEY_SECRET: SECRET },
  ],
  [
    'a secret that is being deleted',
    'API key',
    'failed',
    'being deleted',
    { DescribeSecret: { DeletedDate: 1 } },
    { PREFECT__CLOUD__API_KEY_SECRET: SECRET },
  ],
  ['a secret that is there', 'API key', 'ok', 'is there', {}, { PREFECT__CLOUD__API_KEY_SECRET: SECRET }],
  [
    'a secret without a role that reads it',
    'execution role',
    'failed',
    'none is set',
    {},
    { PREFECT__CLOUD__API_KEY_SECRET: SECRET, PREFECT__CLOUD__AGENT__ECS__EXECUTION_ROLE_ARN: '' },
  ],
  [
    'a quota below the cap',
    'Fargate quota',
    'warning',
    '400 tasks of the smallest size',
    {},
    { PREFECT__CLOUD__AGENT__ECS__MAX_TASKS_IN_FLIGHT: '500' },
  ],
  [
    'a quota that nobody may read',
    'Fargate quota',
    'unknown',
    'AccessDeniedException',
    { GetServiceQuota: { error: 'AccessDeniedException' } },
  ],
  [
    'a tenant that is not there',
    'Prefect API',
    'failed',
    'has no tenant',
    {},
    { PREFECT__CLOUD__TENANT_ID: '11111111-1111-4111-8111-111111111111' },
  ],
  [
    'an API that is down',
    'Prefect API',
    'failed',
    'ECONNREFUSED',
    {},
    { PREFECT__CLOUD__API: `http://127.0.0.1:${DOWN}` },
  ],
])('%s', async (_, name, status, text, answers, change = {}) => {
  const { check } = await setUp(answers, change);
  const result = await check(name);
  expect(result).toMatchObject({ status, detail: expect.stringContaining(text) as unknown });
  expect(result.code).toBe(status === 'failed' ? 1 : 0);
  if (status === 'failed' || status === 'warning') expect(result.todo).toMatch(/\S/);
});

test('without credentials what asks AWS is not checked, and the rest is', async () => {
  const { doctor } = await setUp();
  stubAws({ AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined });
  const { code, out } = await doctor();
  expect(code).toBe(1);
  expect(out).toMatch(
    /^failed +AWS credentials .*\n +→ Sign in with `aws sso login`, or set AWS_PROFILE\.$/m,
  );
  expect(out).toMatch(/^not checked +ECS cluster/m);
  expect(out).toMatch(/^ok +Prefect API/m);
});

test('without a region the advice is to set one', async () => {
  const { check } = await setUp();
  stubAws({ AWS_REGION: undefined, AWS_CONFIG_FILE: '/nowhere' });
  expect(await check('AWS credentials')).toMatchObject({
    status: 'failed',
    todo: 'Set AWS_REGION, or a region in the AWS profile.',
  });
});

test('wrong settings end it with 2 before anything is asked', async () => {
  const { doctor } = await setUp({}, { PREFECT__CLOUD__AGENT__LEAD_SECONDS: 'soon' });
  expect((await doctor()).code).toBe(2);
});

test('--stage checks what a deployment to the stage needs, whatever the environment says', async () => {
  const api = await startPrefect1({ clock: systemClock });
  onTestFinished(() => api.close());
  api.createFlow({ name: 'etl' });
  const stages = await stagesFolder({
    prod: `PREFECT__BACKEND: server\nPREFECT__CLOUD__API: ${api.endpoint}\nschedule: rate(2 minutes)\n`,
  });
  const env = await awsStandIn({ ...GOOD, DescribeClusters: { clusters: [] } });
  const elsewhere = { ...env, PREFECT__CLOUD__API: `http://127.0.0.1:${DOWN}` };
  const doctor = (...argv: string[]) => cli(['doctor', '--stage', 'prod', ...argv], elsewhere, { stages });
  const { code, out } = await doctor();
  expect(code).toBe(0);
  expect(out).toContain(`${api.endpoint} answers`);
  expect(out).toMatch(/^ok +ECS cluster +none is named: the deployment makes it$/m);
  expect(await doctor('--stage', 'other')).toMatchObject({
    code: 2,
    err: expect.stringContaining('the stage other in infra/stages/other.yml, got none') as unknown,
  });
  expect((await doctor('--cluster', 'flows')).out).toMatch(
    /^failed +ECS cluster +there is no cluster flows$/m,
  );
});

test('--stage names the stage’s file, or the flag, from which a wrong value comes', async () => {
  const stages = await stagesFolder({
    prod: 'PREFECT__BACKEND: server\nPREFECT__CLOUD__AGENT__LEAD_SECONDS: soon\n',
  });
  const argv = ['doctor', '--stage', 'prod', '--launch-type', 'RAIL'];
  const { code, err } = await cli(argv, {}, { stages });
  expect(code).toBe(2);
  expect(err).toMatch(/^ *PREFECT__CLOUD__AGENT__LEAD_SECONDS \(\S*prod\.yml\): /m);
  expect(err).toMatch(/^ *--launch-type \(PREFECT__CLOUD__AGENT__ECS__LAUNCH_TYPE\): /m);
});

test('the time of an API that is down is not asked for in the words of fetch', async () => {
  const down = () => Promise.reject(new TypeError('fetch failed'));
  const check = clockCheck('http://127.0.0.1:1', systemClock, down);
  expect(await check.run(new AbortController().signal)).toEqual({
    status: 'unknown',
    detail: 'the Prefect API could not be reached',
  });
});

test('an API whose clock is wrong is told', async () => {
  const date = new Date(Date.now() - 60_000).toUTCString();
  const { endpoint, close } = await serveLocally({
    answer: () => Promise.resolve({ status: 200, headers: { date }, body: '' }),
    maxBodyBytes: 1000,
    tooLarge: { status: 413, headers: {}, body: '' },
    closing: new AbortController(),
  });
  onTestFinished(close);
  const verdict = await clockCheck(endpoint, systemClock, fetch).run(new AbortController().signal);
  expect(verdict).toMatchObject({
    status: 'warning',
    detail: 'this machine is 60 s ahead of the Prefect API',
  });
});

async function prefect3(
  pool: Record<string, unknown>,
  name = 'ecs-pool',
  answers: Answers = {},
  addressOf: (url: string) => string = String,
) {
  const api = await startPrefect3({ clock: systemClock });
  onTestFinished(() => api.close());
  api.createWorkPool({ name: 'ecs-pool', base_job_template: { ...template() }, ...pool });
  const aws = await awsStandIn({ ...GOOD, ...answers });
  const env = { ...aws, PREFECT_API_URL: addressOf(api.endpoint), PREFECT_WORK_POOL: name };
  const { code, out } = await cli(['doctor', '--json'], env);
  const { checks } = JSON.parse(out) as { checks: CheckResult[] };
  const found = (wanted: string) => checks.find((result) => result.name === wanted);
  const { calls } = api;
  return { code, calls, api: found('Prefect API'), pool: found('work pool'), image: found('image') };
}

test('Prefect 3: the version and the work pool are told', async () => {
  expect(await prefect3({})).toMatchObject({
    code: 0,
    api: { status: 'ok', detail: expect.stringMatching(/answers, version 3\.8\.8$/) as unknown },
    pool: { status: 'ok', detail: 'ecs-pool is there, of type ecs' },
  });
});

test('Prefect 3: a pool that is paused, of another type, or not there', async () => {
  expect((await prefect3({ is_paused: true })).pool).toMatchObject({ status: 'warning' });
  expect((await prefect3({ type: 'kubernetes' })).pool).toMatchObject({
    status: 'failed',
    detail: expect.stringContaining('to be of type ecs, got kubernetes') as unknown,
  });
  const missing = await prefect3({}, 'other');
  expect(missing).toMatchObject({
    code: 1,
    api: { status: 'ok' },
    pool: { status: 'failed', detail: expect.stringContaining('agent setup-pool') as unknown },
  });
});

test('Prefect 3: an address without /api is no address of the API', async () => {
  const result = await prefect3({}, 'ecs-pool', {}, (url) => url.replace('/api', ''));
  expect(result).toMatchObject({
    code: 1,
    api: {
      status: 'failed',
      detail: expect.stringMatching(/no such path at http:\S+.*ends in \/api/) as unknown,
    },
    pool: { status: 'unknown', detail: 'it could not be read: see the check `Prefect API`' },
  });
});

const byDefault = { base_job_template: { ...template({ defaults: { image: IMAGE } }) } };
const containers = (...images: string[]) => ({
  containerDefinitions: images.map((image, i) => ({ name: `c-${i}`, image })),
});
const fixed = (...images: string[]) => ({
  base_job_template: { ...template({ definition: containers(...images) }) },
});

describe('Prefect 3: the image of the work pool', () => {
  test.each<[what: string, pool: Record<string, unknown>, status: string, detail: string]>([
    ['by default', byDefault, 'ok', `${IMAGE} is in ECR`],
    ['whatever a run chooses', fixed(IMAGE, 'redis:7'), 'ok', `${IMAGE} is in ECR, redis:7 is well formed`],
    ['that is none', {}, 'ok', 'the work pool `ecs-pool` names none: flow runs bring their own'],
    [
      'that Prefect fills in',
      fixed('{{ prefect.variables.image }}'),
      'unknown',
      'Prefect fills in {{ prefect.variables.image }}',
    ],
    [
      'that is wrong beside one that Prefect fills in',
      fixed('{{ prefect.variables.image }}', 'A B'),
      'failed',
      'A B',
    ],
    [
      'that is in a task definition which the pool names',
      { base_job_template: { ...template({ request: { taskDefinition: 'etl:7' } }) } },
      'ok',
      'the work pool `ecs-pool` runs the task definition etl:7 as it is',
    ],
  ])('%s', async (_, pool, status, detail) => {
    const { image, calls } = await prefect3(pool);
    expect(image).toMatchObject({ status, detail: expect.stringContaining(detail) as unknown });
    expect(calls['GET /work_pools/{name}']).toBe(1);
  });

  test('that ECR has not is to be corrected in the pool', async () => {
    const missing = { DescribeImages: { error: 'ImageNotFoundException' } };
    expect((await prefect3(byDefault, 'ecs-pool', missing)).image).toMatchObject({
      status: 'failed',
      detail: `ECR has no ${IMAGE}`,
      todo: 'Push it, or correct the image in the base job template of the work pool `ecs-pool`.',
    });
  });

  test('is not known where the pool is not', async () => {
    expect((await prefect3({}, 'other')).image).toMatchObject({
      status: 'unknown',
      detail: 'the work pool could not be read: see the check `work pool`',
    });
  });
});

describe('Prefect 3: what the work pool names, and a deployment may not use', () => {
  const exec = 'arn:aws:iam::123456789012:role/exec';
  const task = 'arn:aws:iam::123456789012:role/task';
  const defaults = { cluster: 'gpu', execution_role_arn: exec, task_role_arn: task };

  async function ofStage(names: Record<string, unknown>, parameters = '') {
    const api = await startPrefect3({ clock: systemClock });
    onTestFinished(() => api.close());
    api.createWorkPool({ name: 'ecs-pool', base_job_template: { ...template({ defaults: names }) } });
    const stages = await stagesFolder({
      prod: `PREFECT_API_URL: ${api.endpoint}\nPREFECT_WORK_POOL: ecs-pool\n${parameters}`,
    });
    return cli(['doctor', '--stage', 'prod'], await awsStandIn(GOOD), { stages });
  }

  test('is warned of, with the parameters that allow it', async () => {
    const { code, out } = await ofStage({ ...defaults, vpc_id: 'vpc-1' });
    expect(code).toBe(0);
    expect(out).toContain(
      `The pool names cluster gpu, execution role ${exec}, task role ${task}, which this deployment may not use.`,
    );
    expect(out).toContain('→ Add them to extraClusters and extraRoles.');
    expect(out).toMatch(/^ok +ECS cluster +the work pool names gpu;/m);
    expect(out).toMatch(/^ok +execution role +the work pool names \S+\/exec;/m);
    expect(out).toMatch(/^ok +subnets +the work pool names vpc-1/m);
  });

  test('is what no parameter allows', async () => {
    const cluster = 'extraClusters: arn:aws:ecs:us-east-1:123456789012:cluster/gpu\n';
    const { out } = await ofStage(defaults, `${cluster}extraRoles: arn:aws:iam::123456789012:role/e*\n`);
    expect(out).toContain(`The pool names task role ${task}, which this deployment may not use.`);
    expect(out).toContain('→ Add it to extraRoles.');
  });

  test('is a VPC whose subnets it may not look for', async () => {
    const subnets = 'PREFECT__CLOUD__AGENT__ECS__SUBNETS: subnet-0a1b2c3d\n';
    const { out } = await ofStage({ vpc_id: 'vpc-1' }, subnets);
    expect(out).toMatch(/^warning +subnets +The pool names vpc-1, in which this deployment may not look/m);
    const whole = { vpc_id: 'vpc-1', network_configuration: { subnets: ['subnet-1'] } };
    expect((await ofStage(whole, subnets)).out).toMatch(/^ok +subnets +subnet-0a1b2c3d leads out/m);
  });

  test('is nothing where it names nothing, or what the deployment makes', async () => {
    const made = 'arn:aws:iam::123456789012:role/serverless-prefect-agent-prod-ExecutionRole-AbC';
    for (const names of [{}, { cluster: 'serverless-prefect-agent-prod', execution_role_arn: made }]) {
      expect((await ofStage(names)).out).toMatch(/^ok +pool defaults +the deployment may use/m);
    }
  });
});
