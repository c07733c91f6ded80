import { describe, expect, test } from 'vitest';
import { loadSettings } from '../../../src/settings/load-settings.ts';
import type { Prefect3Settings } from '../../../src/settings/settings.ts';

const ARN = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:prefect-AbCdEf';
const PREFECT_3 = {
  AWS_LAMBDA_FUNCTION_NAME: 'poll',
  PREFECT_API_URL: 'http://prefect:4200/api',
  PREFECT_WORK_POOL: 'ecs $HOME',
  PREFECT__CLOUD__AGENT__ECS__SUBNETS: 'subnet-1',
  HOME: '/root',
};
const PLAINTEXT = { PREFECT__CLOUD__AGENT__ECS__PLAINTEXT_API_KEY: 'true' };

const load = (env: Record<string, string | undefined>) => loadSettings({ ...PREFECT_3, ...env });

const problems = async (env: Record<string, string | undefined>) => {
  const error: unknown = await load(env).catch((thrown: unknown) => thrown);
  return error instanceof Error ? error.message.split('\n') : [];
};

test('an API and a work pool make an agent of Prefect 3, as they are written', async () => {
  expect((await load({})).prefect).toEqual({
    generation: 3,
    api: 'http://prefect:4200/api',
    apiKey: undefined,
    keyKind: 'key',
    workPool: 'ecs $HOME',
    workQueues: [],
  } satisfies Prefect3Settings);
});

test('work queues are named as a list', async () => {
  const { prefect } = await load({ PREFECT_WORK_QUEUES: 'high, low' });
  expect(prefect).toMatchObject({ workQueues: ['high', 'low'] });
});

test.each([
  [{}, 'agent'],
  [{ PREFECT__CLOUD__AGENT__NAME: 'lambda' }, 'lambda'],
  [{ PREFECT__CLOUD__AGENT__NAME: 'lambda', PREFECT_WORKER_NAME: 'ecs-worker' }, 'ecs-worker'],
])('with %j the worker is called %s', async (env, name) => {
  expect((await load(env)).agent.name).toBe(name);
});

test.each([
  [{}, 75_000],
  [{ PREFECT__CLOUD__AGENT__LEAD_SECONDS: '30' }, 30_000],
  [{ PREFECT__CLOUD__AGENT__LEAD_SECONDS: '30', PREFECT_WORKER_PREFETCH_SECONDS: '10' }, 10_000],
  [{ PREFECT__CLOUD__AGENT__LEAD_SECONDS: '30', PREFECT_WORKER_PREFETCH_SECONDS: '0' }, 0],
])('with %j runs are launched %i ms ahead', async (env, leadMs) => {
  expect((await load(env)).agent.leadMs).toBe(leadMs);
});

test('a worker’s settings mean nothing to an agent of Prefect 1', async () => {
  const { prefect, agent } = await load({
    PREFECT_API_URL: '',
    PREFECT_WORK_POOL: '',
    PREFECT__BACKEND: 'server',
    PREFECT_WORKER_NAME: 'ecs-worker',
    PREFECT_WORKER_PREFETCH_SECONDS: '10',
  });
  expect([prefect.generation, agent.name, agent.leadMs]).toEqual([1, 'agent', 75_000]);
});

test.each([
  [{ PREFECT_WORK_POOL: '' }, /^PREFECT_WORK_POOL \(not set\): expected it beside PREFECT_API_URL/],
  [{ PREFECT_API_URL: undefined }, /^PREFECT_API_URL \(not set\): expected it beside PREFECT_WORK_POOL/],
  [{ PREFECT__BACKEND: 'server' }, /got settings of Prefect 3 .* and of Prefect 1 \(PREFECT__BACKEND\)/],
  [{ PREFECT__CLOUD__API: 'http://a.test' }, /of Prefect 1 \(PREFECT__CLOUD__API\)/],
  [{ PREFECT__CLOUD__AGENT__LABELS: 'a' }, /of Prefect 1 \(PREFECT__CLOUD__AGENT__LABELS\)/],
  [{ PREFECT_WORKER_PREFETCH_SECONDS: '241' }, /^PREFECT_WORKER_PREFETCH_SECONDS .*from 0 to 240/],
  [{ PREFECT_API_URL: 'https://me:hunter2@p.test' }, /without a user name or password/],
])('%j is refused in one line', async (env, line) => {
  const lines = await problems(env);
  expect(lines).toEqual([expect.stringMatching(line)]);
  expect(lines.join()).not.toContain('hunter2');
});

describe('the key', () => {
  const shown = async (env: Record<string, string>) => {
    const { apiKey, keyKind } = (await load({ ...PLAINTEXT, ...env })).prefect as Prefect3Settings;
    return [keyKind, apiKey?.kind === 'value' ? apiKey.value.reveal() : apiKey?.arn];
  };

  test.each<[Record<string, string>, string[]]>([
    [{ PREFECT_API_KEY: 'pnu_1$HOME' }, ['key', 'pnu_1$HOME']],
    [{ PREFECT_API_KEY_SECRET: ARN }, ['key', ARN]],
    [{ PREFECT_API_AUTH_STRING: 'admin:pass' }, ['auth-string', 'admin:pass']],
    [{ PREFECT_API_AUTH_STRING_SECRET: ARN }, ['auth-string', ARN]],
    [{ PREFECT_API_AUTH_STRING: 'admin:pass', PREFECT_API_KEY: 'pnu_1' }, ['auth-string', 'admin:pass']],
    [{ PREFECT_API_AUTH_STRING_SECRET: ARN, PREFECT_API_KEY: 'pnu_1' }, ['auth-string', ARN]],
  ])('of %j is %j', async (env, key) => {
    expect(await shown(env)).toEqual(key);
  });

  test.each(['PREFECT_API_KEY', 'PREFECT_API_AUTH_STRING'])(
    'is not taken from two places: %s',
    async (name) => {
      const lines = await problems({ [name]: 'hunter2', [`${name}_SECRET`]: ARN });
      expect(lines).toEqual([expect.stringContaining(`${name}_SECRET (environment): expected one API key`)]);
      expect(lines.join()).not.toContain('hunter2');
    },
  );

  test.each(['PREFECT_API_KEY', 'PREFECT_API_AUTH_STRING'])(
    'in plain text in %s is refused, with both ways out',
    async (name) => {
      const lines = await problems({ [name]: 'hunter2' });
      expect(lines).toEqual([expect.stringMatching(`^${name} \\(environment\\): .*describe tasks`)]);
      expect(lines[0]).toContain(`Set ${name}_SECRET to the ARN`);
      expect(lines[0]).not.toContain('hunter2');
    },
  );
});
