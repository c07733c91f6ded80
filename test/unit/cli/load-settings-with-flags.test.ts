import { join } from 'node:path';
import { Command } from 'commander';
import { expect, test } from 'vitest';
import { type FlagValues, loadSettingsWithFlags } from '../../../src/cli/load-settings-with-flags.ts';
import { withSettingsFlags } from '../../../src/cli/settings-flags.ts';
import { SettingsError } from '../../../src/errors.ts';
import type { Settings } from '../../../src/settings/settings.ts';

const ENV = {
  HOME: '/nowhere',
  B: 'replaced',
  PREFECT__BACKEND: 'server',
  PREFECT__CLOUD__AGENT__ECS__SUBNETS: 'subnet-1',
  PREFECT__CLOUD__AGENT__NAME: 'from-env',
  PREFECT__CLOUD__AGENT__LABELS: 'from-env',
};

async function load(
  argv: readonly string[],
  env: Record<string, string> = {},
  base: Record<string, string> = ENV,
): Promise<Settings> {
  const command = new Command().exitOverride().configureOutput({ writeErr: () => undefined });
  withSettingsFlags(command, { life: true });
  command.parse(argv, { from: 'user' });
  return loadSettingsWithFlags({ ...base, ...env }, command.opts<FlagValues>());
}

const ARN = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:prefect-Ab12Cd';
const TASK_DEFINITION = join(import.meta.dirname, 'task-definition.yaml');
const ROLE = 'arn:aws:iam::123456789012:role/task';

test.each<[string[], (settings: Settings) => unknown, unknown]>([
  [[], (s) => s.agent.labels, ['from-env']],
  [['-l', 'b', '--label', 'a', '-l', 'b'], (s) => s.agent.labels, ['a', 'b']],
  [['-l', 'it\'s "so", $B'], (s) => s.agent.labels, ['it\'s "so", $B']],
  [['-e', 'A=B=C', '--env', 'X='], (s) => s.agent.envVars, { A: 'B=C', X: '' }],
  [['-e', 'A=$B ${B} é'], (s) => s.agent.envVars, { A: '$B ${B} é' }],
  [['-n', 'a$B'], (s) => s.agent.name, 'a$B'],
  [[], (s) => s.agent.name, 'from-env'],
  [['--max-polls', '3'], (s) => s.agent.maxPolls, 3],
  [['--agent-address', 'http://127.0.0.1:80'], (s) => s.agent.agentAddress, 'http://127.0.0.1:80'],
  [['--agent-config-id', 'x'], (s) => s.agent.agentConfigId, 'x'],
  [['--no-cloud-logs'], (s) => s.agent.noCloudLogs, true],
  [[], (s) => s.agent.noCloudLogs, false],
  [['--log-level', 'debug'], (s) => s.agent.logLevel, 'DEBUG'],
  [['-a', 'http://x/graphql'], (s) => s.prefect.api, 'http://x/graphql'],
  [
    ['--tenant-id', 'A'.repeat(32)],
    (s) => s.prefect.generation === 1 && s.prefect.tenantId,
    'aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa',
  ],
  [['--cluster', 'c'], (s) => s.ecs.cluster, 'c'],
  [['--launch-type', 'ec2'], (s) => s.ecs.launchType, 'EC2'],
  [['--task-role-arn', ROLE], (s) => s.ecs.taskRoleArn, ROLE],
  [['--execution-role-arn', ROLE], (s) => s.ecs.executionRoleArn, ROLE],
  [['--key-secret', ARN], (s) => s.prefect.apiKey, { kind: 'secret', arn: ARN }],
  [['--task-definition', TASK_DEFINITION], (s) => s.ecs.taskDefinition, { cpu: '256' }],
])('the flags %j mean what they mean to Prefect (conformance 49)', async (argv, read, expected) => {
  expect(read(await load(argv))).toEqual(expected);
});

const PREFECT_3 = { HOME: '/nowhere', PREFECT__CLOUD__AGENT__ECS__SUBNETS: 'subnet-1' };
const API = 'http://prefect:4200/api';

test.each<[string[], Record<string, string>, object]>([
  [['-a', API, '-p', 'flows'], {}, { generation: 3, api: API, workPool: 'flows', workQueues: [] }],
  [['--api', API], { PREFECT_WORK_POOL: 'flows', PREFECT_API_URL: 'http://other/api' }, { api: API }],
  [
    ['--pool', 'a b', '-q', 'high', '--work-queue', 'low, too', '-q', 'high'],
    { PREFECT_API_URL: API },
    { workPool: 'a b', workQueues: ['high', 'low, too'] },
  ],
  [
    ['--pool', 'flows', '--key-secret', ARN],
    { PREFECT_API_URL: API, PREFECT_API_KEY: 'k' },
    { keyKind: 'key', apiKey: { kind: 'secret', arn: ARN } },
  ],
  [
    ['--pool', 'flows', '--auth-string-secret', ARN],
    { PREFECT_API_URL: API, PREFECT_API_AUTH_STRING: 'u:p', PREFECT_API_KEY_SECRET: `${ARN}2` },
    { keyKind: 'auth-string', apiKey: { kind: 'secret', arn: ARN } },
  ],
  [
    ['--pool', 'flows', '--key-secret', ARN],
    { PREFECT_API_URL: API, PREFECT_API_AUTH_STRING_SECRET: `${ARN}2` },
    { keyKind: 'key', apiKey: { kind: 'secret', arn: ARN } },
  ],
])('the flags %j mean what they mean to the worker of Prefect 3', async (argv, env, expected) => {
  expect((await load(argv, env, PREFECT_3)).prefect).toMatchObject(expected);
});

test.each([
  ['--work-queue', ['-q', 'high']],
  ['--auth-string-secret', ['--auth-string-secret', ARN]],
])('%s is refused for Prefect 1, with what to do', async (flag, argv) => {
  const error: unknown = await load(argv).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(SettingsError);
  expect(String(error)).toContain(
    `${flag} is for Prefect 3, and the settings are those of Prefect 1. ` +
      `For Prefect 3 set PREFECT_API_URL (--api) and PREFECT_WORK_POOL (--pool), or leave ${flag} out.`,
  );
});

test.each([
  ['--label', ['-l', 'prod']],
  ['--tenant-id', ['--tenant-id', 'a'.repeat(32)]],
  ['--agent-config-id', ['--agent-config-id', 'x']],
  ['--no-cloud-logs', ['--no-cloud-logs']],
  ['--task-definition', ['--task-definition', TASK_DEFINITION]],
])('%s is refused for Prefect 3, with what to do', async (flag, argv) => {
  const error = await load(['--pool', 'flows', ...argv], { PREFECT_API_URL: API }, PREFECT_3).catch(String);
  expect(error).toContain(
    `${flag} is for Prefect 1, and the settings are those of Prefect 3: they have PREFECT_API_URL, --pool. ` +
      `Leave ${flag} out, or those for Prefect 1.`,
  );
});

test('all flags that would not be read are told at once', async () => {
  const error = await load(['-l', 'prod', '--no-cloud-logs', '-p', 'flows', '-a', API], {}, PREFECT_3).catch(
    String,
  );
  expect(error).toMatch(/--label is for Prefect 1.*\n--no-cloud-logs is for Prefect 1/);
});

test('a work pool that is set to nothing makes no Prefect 3 of it', async () => {
  const empty = { PREFECT_WORK_POOL: '', PREFECT_API_URL: '' };
  expect((await load(['-l', 'prod'], empty)).prefect.generation).toBe(1);
  const named = { PREFECT_WORK_POOL: '', PREFECT_API_URL: API };
  expect(await load(['-l', 'prod'], named).catch(String)).toContain('--label is for Prefect 1');
});

test('the secrets of an API key and of an auth string can’t both be named by flags', async () => {
  const argv = ['--pool', 'flows', '--key-secret', ARN, '--auth-string-secret', ARN];
  await expect(load(argv, { PREFECT_API_URL: API }, PREFECT_3)).rejects.toThrow(/cannot be used with/);
});

test('what is wrong with a flag of Prefect 3 names the flag and its variable', async () => {
  const error = await load(['--pool', 'flows', '--api', 'x'], {}, PREFECT_3).catch(String);
  expect(error).toMatch(/--api \(PREFECT_API_URL\): expected/);
});

test('a secret named by a flag takes the place of a key in the environment', async () => {
  const env = { PREFECT__CLOUD__API_KEY: 'k', PREFECT__CLOUD__AGENT__AUTH_TOKEN: 't' };
  const { prefect } = await load(['--key-secret', ARN], env);
  expect(prefect.apiKey).toEqual({ kind: 'secret', arn: ARN });
});

test('what is wrong with a flag names the flag and its variable; the rest names the variable', async () => {
  const error = await load(['--max-polls', 'x'], { PREFECT__CLOUD__AGENT__LEVEL: 'loud' }).catch(String);
  expect(error).toMatch(/--max-polls \(PREFECT__CLOUD__AGENT__MAX_POLLS\): expected .* got 'x'/);
  expect(error).toMatch(/PREFECT__CLOUD__AGENT__LEVEL \(environment\): expected .* got 'loud'/);
});

test.each([[['--env', 'sesame']], [['--env', '=sesame']]])('%j is refused and not shown', async (argv) => {
  const error: unknown = await load(argv).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(SettingsError);
  expect(String(error)).toContain('--env');
  expect(String(error)).not.toContain('sesame');
});

test('the arguments of RunTask come from the file that a flag names', async () => {
  const { ecs } = await load(['--run-task-kwargs', join(import.meta.dirname, 'run-task-kwargs.yaml')]);
  expect(ecs.runTaskKwargs).toMatchObject({ platformVersion: '1.4.0' });
});
