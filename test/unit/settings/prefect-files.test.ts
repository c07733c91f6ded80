import { describe, expect, test } from 'vitest';
import { loadSettings } from '../../../src/settings/load-settings.ts';

const SUBNETS = { PREFECT__CLOUD__AGENT__ECS__SUBNETS: 'subnet-1' };
const PLAINTEXT = 'PREFECT__CLOUD__AGENT__ECS__PLAINTEXT_API_KEY';

function absent(path: string): Error {
  return Object.assign(new Error(`no such file: ${path}`), { code: 'ENOENT' });
}

function load(files: Readonly<Record<string, string>>, env: NodeJS.ProcessEnv = {}) {
  const readFile = (path: string) => {
    const text = files[path];
    return text === undefined ? Promise.reject(absent(path)) : Promise.resolve(text);
  };
  return loadSettings({ HOME: '/home/me', [PLAINTEXT]: 'true', ...SUBNETS, ...env }, { readFile });
}

const SERVER = { '/home/me/.prefect/backend.toml': 'backend = "server"\n' };
const CONFIG = '/home/me/.prefect/config.toml';
const AUTH = '/home/me/.prefect/auth.toml';

describe('outside Lambda', () => {
  test('backend.toml chooses the backend', async () => {
    expect((await load(SERVER)).prefect).toMatchObject({ backend: 'server', api: 'http://localhost:4200' });
  });

  test('the environment wins over backend.toml, and that over config.toml', async () => {
    const files = { ...SERVER, [CONFIG]: 'backend = "cloud"\n' };
    expect((await load(files)).prefect).toMatchObject({ backend: 'server' });
    const env = { PREFECT__BACKEND: 'cloud', PREFECT__CLOUD__API_KEY: 'key' };
    expect((await load(files, env)).prefect).toMatchObject({ backend: 'cloud' });
  });

  test('config.toml gives what the environment does not', async () => {
    const config = `
      [server]
      port = 4300
      endpoint = "\${server.host}:\${server.port}"
      [cloud]
      api = "\${\${backend}.endpoint}/graphql"
      send_flow_run_logs = false
      [cloud.agent]
      name = "$USER's agent"
      labels = "['a', 'b']"
      max_polls = 3
      env_vars = { A = "text", N = 1, F = 1.0, T = true }
      [cloud.agent.ecs]
      security_groups = ["sg-1"]
      [logging]
      level = "DEBUG"
    `;
    const env = { USER: 'me', PREFECT__LOGGING__LEVEL: 'ERROR' };
    const settings = await load({ ...SERVER, [CONFIG]: config }, env);
    expect(settings).toMatchObject({
      prefect: { api: 'http://localhost:4300/graphql' },
      agent: {
        name: "me's agent",
        labels: ['a', 'b'],
        maxPolls: 3,
        envVars: { A: 'text', N: '1', F: '1.0', T: 'True' },
        noCloudLogs: true,
      },
      flowLogLevel: 'ERROR',
    });
    expect(settings.ecs.runTaskKwargs).toMatchObject({
      networkConfiguration: { awsvpcConfiguration: { securityGroups: ['sg-1'] } },
    });
  });

  test('the files can lie elsewhere', async () => {
    const files = {
      '/etc/prefect.toml': 'home_dir = "~/elsewhere"\n',
      '/etc/backend.toml': 'backend = "server"\n',
      '/home/me/elsewhere/auth.toml': '[localhost-4200]\napi_key = "key"\n',
    };
    const env = {
      PREFECT__USER_CONFIG_PATH: '$ETC/prefect.toml',
      PREFECT__BACKEND_CONFIG_PATH: '/etc/backend.toml',
    };
    const { prefect } = await load(files, { ...env, ETC: '/etc' });
    expect(prefect).toMatchObject({ backend: 'server' });
    expect(prefect.apiKey).toMatchObject({ kind: 'value' });
  });

  test.each([
    ['https://api.prefect.io', 'api.prefect.io'],
    ['http://localhost:4200', 'localhost-4200'],
    ['https://Prefect_Host.test:443/graphql', 'prefect-host.test-443'],
    ['http://[::1]:4200', '1-4200'],
  ])('the key and the tenant for %s are under [%s] in auth.toml', async (api, section) => {
    const auth = `["${section}"]\napi_key = "saved"\ntenant_id = "7F7F9E2C2C4A4E0C8F1A0123456789AB"\n`;
    const { prefect } = await load({ [AUTH]: auth }, { PREFECT__CLOUD__API: api });
    const { apiKey } = prefect;
    expect(apiKey?.kind === 'value' && apiKey.value.reveal()).toBe('saved');
    expect(prefect).toMatchObject({ tenantId: '7f7f9e2c-2c4a-4e0c-8f1a-0123456789ab' });
  });

  test('a key in any form in the environment wins over config.toml, and that over auth.toml', async () => {
    const files = {
      [CONFIG]: '[cloud]\napi_key = "config"\n',
      [AUTH]: '["api.prefect.io"]\napi_key = "auth"\n',
    };
    const keyWith = async (env: NodeJS.ProcessEnv) => (await load(files, env)).prefect.apiKey;
    const arn = 'arn:aws:ssm:eu-west-1:123456789012:parameter/key';
    expect(await keyWith({ PREFECT__CLOUD__API_KEY_SECRET: arn })).toEqual({ kind: 'secret', arn });
    const token = await keyWith({ PREFECT__CLOUD__AUTH_TOKEN: 'token' });
    expect(token?.kind === 'value' && token.value.reveal()).toBe('token');
    const config = await keyWith({});
    expect(config?.kind === 'value' && config.value.reveal()).toBe('config');
  });

  test('a key in a file is in plain text as well', async () => {
    const auth = { [AUTH]: '["api.prefect.io"]\napi_key = "hunter2"\n' };
    const error = await load(auth, { [PLAINTEXT]: undefined }).catch(String);
    expect(error).toContain(`PREFECT__CLOUD__API_KEY (${AUTH}): expected a secret`);
    expect(error).not.toContain('hunter2');
  });

  test.each([
    [
      { [CONFIG]: '[cloud.agent]\nmax_polls = "many"\n' },
      `PREFECT__CLOUD__AGENT__MAX_POLLS (${CONFIG}): expected`,
    ],
    [{ [CONFIG]: '[cloud.agent]\nname = true\n' }, `PREFECT__CLOUD__AGENT__NAME (${CONFIG}): expected text`],
    [
      { [CONFIG]: '[cloud.agent]\nname = 1979-05-27\n' },
      `PREFECT__CLOUD__AGENT__NAME (${CONFIG}): expected text`,
    ],
    [{ [CONFIG]: '[cloud\nkey = "hunter2"' }, `PREFECT__USER_CONFIG_PATH (${CONFIG}): expected TOML`],
    [
      { [AUTH]: '[x]\napi_key = hunter2' },
      `PREFECT__HOME_DIR (${AUTH}): expected TOML, got something else at line 2`,
    ],
    [
      { [AUTH]: '["localhost-4200"]\ntenant_id = "acme"\n' },
      `PREFECT__CLOUD__TENANT_ID (${AUTH}): The \`tenant_id\``,
    ],
  ])('%j is refused by its name and path, and no secret is shown', async (files, line) => {
    const error: unknown = await load({ ...SERVER, ...files }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'SettingsError' });
    expect(String(error).split('\n')).toEqual([expect.stringContaining(line)]);
    expect(String(error)).not.toContain('hunter2');
  });

  test('a file that cannot be read is an error, with its cause', async () => {
    const denied = Object.assign(new Error('permission denied'), { code: 'EACCES' });
    const readFile = (path: string) => Promise.reject(path === CONFIG ? denied : absent(path));
    await expect(
      loadSettings({ HOME: '/home/me', PREFECT__BACKEND: 'server', ...SUBNETS }, { readFile }),
    ).rejects.toMatchObject({
      message: expect.stringContaining('permission denied') as string,
      cause: denied,
    });
  });

  test('settings that refer to each other in a circle come to an end', async () => {
    const config = '[cloud.agent]\nname = "${x.a}"\n[x]\na = "${x.b}"\nb = "${x.a}"\n';
    expect((await load({ ...SERVER, [CONFIG]: config })).agent.name).toMatch(/^\$\{x\.[ab]\}$/);
  });
});

describe('under Lambda', () => {
  test('no file is read and `~` stays as it is', async () => {
    const readFile = (path: string) => Promise.reject(new Error(`read ${path}`));
    const env = { AWS_LAMBDA_FUNCTION_NAME: 'poll', PREFECT__BACKEND: 'server', ...SUBNETS };
    const settings = await loadSettings({ ...env, PREFECT__CLOUD__AGENT__NAME: '~/me' }, { readFile });
    expect(settings.agent.name).toBe('~/me');
  });
});
