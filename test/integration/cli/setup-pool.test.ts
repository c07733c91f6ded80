import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import type { CliIo } from '../../../src/cli/cli-io.ts';
import { runCli } from '../../../src/cli/run-cli.ts';
import { type Prefect3Options, startPrefect3 } from '../../../src/sandbox/prefect3/prefect3-server.ts';
import { FakeIo } from '../../support/cli.ts';

const EXECUTION_ROLE = 'arn:aws:iam::123456789012:role/flows-execution';
const NETWORK = {
  awsvpcConfiguration: { subnets: ['subnet-0a1b2c3d'], assignPublicIp: 'ENABLED' },
};

async function setUp(options: Partial<Prefect3Options> = {}) {
  const api = await startPrefect3({ clock: systemClock, ...options });
  onTestFinished(() => api.close());
  const env = {
    PREFECT_API_URL: api.endpoint,
    PREFECT_WORK_POOL: 'flows',
    PREFECT__CLOUD__AGENT__ECS__SUBNETS: 'subnet-0a1b2c3d',
    PREFECT__CLOUD__AGENT__ECS__CLUSTER: 'flows',
    PREFECT__CLOUD__AGENT__ECS__EXECUTION_ROLE_ARN: EXECUTION_ROLE,
  };
  const run = async (argv: readonly string[] = [], more: CliIo['env'] = {}, confirm?: CliIo['confirm']) => {
    const io = new FakeIo({ ...env, ...more });
    const code = await runCli(['setup-pool', ...argv], { ...fieldsOf(io), confirm });
    return { code, out: io.out, err: io.err };
  };
  const template = async () => {
    const response = await fetch(`${api.endpoint}/work_pools/flows`);
    return response.ok
      ? ((await response.json()) as { base_job_template: Template }).base_job_template
      : undefined;
  };
  return { api, run, template };
}

interface Template {
  readonly job_configuration: { readonly task_run_request: Readonly<Record<string, unknown>> };
  readonly variables: { readonly properties: Readonly<Record<string, { readonly default?: unknown }>> };
}

function fieldsOf({ stdout, stderr, env, clock, deployer, onSignal }: CliIo): CliIo {
  return { stdout, stderr, env, clock, deployer, onSignal };
}

test('without --yes, where nobody can be asked, it shows what it would write and writes nothing', async () => {
  const { run, template } = await setUp();
  expect(await run()).toEqual({
    code: 0,
    out: `VARIABLE                                                 NOW  THEN
cluster                                                  -    flows
execution_role_arn                                       -    ${EXECUTION_ROLE}
job_configuration.task_run_request.networkConfiguration  -    ${JSON.stringify(NETWORK)}
Work pool "flows" would be created. Nothing was changed: --yes creates it.
`,
    err: '',
  });
  expect(await template()).toBeUndefined();
});

test('creates the pool with the settings as the defaults of its variables, and then has nothing to do', async () => {
  const { run, template } = await setUp();
  expect((await run(['--yes'])).out).toMatch(/\nWork pool "flows" was created\.\n$/);
  const { job_configuration: configuration, variables } = (await template()) ?? {};
  expect(configuration?.task_run_request['networkConfiguration']).toEqual(NETWORK);
  expect(variables?.properties).toMatchObject({
    cluster: { default: 'flows' },
    execution_role_arn: { default: EXECUTION_ROLE },
    image: {},
  });
  const again = { code: 0, out: 'Work pool "flows" is as it should be.\n', err: '' };
  expect(await run()).toEqual(again);
  expect(await run(['--yes'])).toEqual(again);
});

test('asks the person at the terminal, and does what the answer says', async () => {
  const { run, template } = await setUp();
  const questions: string[] = [];
  const answer = (is: boolean) => (question: string) => {
    questions.push(question);
    return Promise.resolve(is);
  };
  expect((await run([], {}, answer(false))).out).toContain('Nothing was changed');
  expect(await template()).toBeUndefined();
  expect((await run([], {}, answer(true))).out).toContain('was created');
  expect(await template()).toBeDefined();
  await run([], {}, answer(true));
  expect(questions).toEqual(Array(2).fill('Shall the work pool "flows" be created?'));
});

test('changes what the settings say in a pool that exists, and nothing else', async () => {
  const { api, run, template } = await setUp();
  const given = {
    job_configuration: { cluster: '{{ cluster }}', command: 'run {{ image }}', task_run_request: {} },
    variables: {
      type: 'object',
      properties: { cluster: { default: 'old', title: 'Ours' }, image: { default: 'etl:3' } },
    },
  };
  api.createWorkPool({ name: 'flows', type: 'ecs', base_job_template: given });
  const { out } = await run(['--yes', '--json']);
  expect(JSON.parse(out)).toMatchObject({ workPool: 'flows', action: 'update', dryRun: false });
  const { changes } = JSON.parse(out) as { changes: readonly { name: string; isSetting: boolean }[] };
  expect(changes.filter(({ isSetting }) => isSetting)).toEqual([
    { name: 'cluster', from: 'old', to: 'flows', isSetting: true },
    { name: 'execution_role_arn', to: EXECUTION_ROLE, isSetting: true },
    { name: 'job_configuration.task_run_request.networkConfiguration', to: NETWORK, isSetting: true },
  ]);
  expect(await template()).toMatchObject({
    job_configuration: { command: 'run {{ image }}', task_run_request: { networkConfiguration: NETWORK } },
    variables: {
      properties: { cluster: { default: 'flows', title: 'Ours' }, image: { default: 'etl:3' } },
    },
  });
});

test('shows the whole of what a pool has now and is to have', async () => {
  const { api, run } = await setUp();
  const was = 'arn:aws:iam::123456789012:role/teams/data-platform/flows-execution-before';
  const properties = { execution_role_arn: { default: was } };
  api.createWorkPool({
    name: 'flows',
    type: 'ecs',
    base_job_template: { job_configuration: {}, variables: { type: 'object', properties } },
  });
  const subnets = Array.from(
    { length: 16 },
    (_, i) => `subnet-0123456789abcde${i.toString(16).padStart(2, '0')}`,
  );
  const { out } = await run([], { PREFECT__CLOUD__AGENT__ECS__SUBNETS: subnets.join(',') });
  expect(out).toContain(was);
  expect(out).toContain(JSON.stringify(subnets));
});

test('--json shows the changes without asking, and writes only with --yes', async () => {
  const { run, template } = await setUp();
  const { out } = await run(['--json'], {}, () => Promise.reject(new Error('asked')));
  expect(JSON.parse(out)).toMatchObject({ action: 'create', dryRun: true });
  expect(await template()).toBeUndefined();
});

test('what a pool holds steers no terminal, in JSON either', async () => {
  const { api, run } = await setUp();
  const cluster = '\x9b2Jold';
  const given = { job_configuration: {}, variables: { properties: { cluster: { default: cluster } } } };
  api.createWorkPool({ name: 'flows', type: 'ecs', base_job_template: given });
  expect((await run()).out).not.toContain('\x9b');
  const { out } = await run(['--json']);
  expect(out).not.toContain('\x9b');
  expect(JSON.parse(out)).toMatchObject({
    changes: expect.arrayContaining([expect.objectContaining({ name: 'cluster', from: cluster })]) as unknown,
  });
});

test('a pool of another type is left as it is', async () => {
  const { api, run } = await setUp();
  api.createWorkPool({ name: 'flows', type: 'process' });
  const { code, out, err } = await run(['--yes']);
  expect([code, out]).toEqual([2, '']);
  expect(err).toBe(
    'error: Expected the work pool `flows` to be of type ecs or not there, got process. It is left as it is. ' +
      'Name another pool in PREFECT_WORK_POOL.\n',
  );
});

test('settings of Prefect 1 are wrong usage', async () => {
  const { run } = await setUp();
  const none = { PREFECT_API_URL: undefined, PREFECT_WORK_POOL: undefined, PREFECT__BACKEND: 'server' };
  const { code, err } = await run([], none);
  expect(code).toBe(2);
  expect(err).toContain('Expected PREFECT_API_URL and PREFECT_WORK_POOL');
});

test('where nothing is set, it says what names a Prefect API', async () => {
  const { run } = await setUp();
  const { code, err } = await run([], { PREFECT_API_URL: undefined, PREFECT_WORK_POOL: undefined });
  expect(code).toBe(2);
  expect(err).toContain('Prefect 3: set PREFECT_API_URL and PREFECT_WORK_POOL.');
});

test('an API that refuses ends with 3', async () => {
  const { run } = await setUp({ authString: 'admin:pass' });
  const { code, err } = await run(['--yes']);
  expect(code).toBe(3);
  expect(err).toContain('401');
});
