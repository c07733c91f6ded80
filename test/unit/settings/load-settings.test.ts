import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { SettingsError } from '../../../src/errors.ts';
import { Secret } from '../../../src/secret.ts';
import { loadSettings } from '../../../src/settings/load-settings.ts';
import type { Settings } from '../../../src/settings/settings.ts';

const AGENT = 'PREFECT__CLOUD__AGENT__';
const ECS = 'PREFECT__CLOUD__AGENT__ECS__';

/** The least that a Lambda needs. */
const LEAST = {
  AWS_LAMBDA_FUNCTION_NAME: 'poll',
  PREFECT__CLOUD__API_KEY: 'k3y',
  [`${ECS}PLAINTEXT_API_KEY`]: 'true',
  [`${ECS}SUBNETS`]: 'subnet-1',
};

const FILES: Readonly<Record<string, string>> = {
  'task.yaml':
    'memory: "512" # MiB\ncontainerDefinitions:\n' +
    '  - &flow { name: flow, essential: yes, cpu: 010 }\n  - { <<: *flow, name: y }\n',
  'kwargs.json': '{"networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-9"]}}}',
  's3://bucket/dir/task.yaml': 'family: from-s3',
  'https://p.test/task.yaml': 'family: from-https',
  '/etc/task.yaml': 'family: from-file',
  'list.yaml': '- a',
  'broken.yaml': 'password: "hunter2',
};

const read = (place: string) => {
  const text = FILES[place];
  return text === undefined ? Promise.reject(new Error(`no ${place}`)) : Promise.resolve(text);
};

function load(env: NodeJS.ProcessEnv): Promise<Settings> {
  return loadSettings({ ...LEAST, ...env }, { readFile: read, readS3: read, readHttps: read });
}

async function problems(env: NodeJS.ProcessEnv): Promise<string[]> {
  const error: unknown = await load(env).catch((thrown: unknown) => thrown);
  if (!(error instanceof SettingsError)) throw new Error('expected a SettingsError', { cause: error });
  return error.message.split('\n');
}

test('a setting that is empty in quotes gives way to its default, where another refers to it too', async () => {
  const { prefect } = await load({ PREFECT__CLOUD__ENDPOINT: '""' });
  expect(prefect.api).toBe('https://api.prefect.io');
});

test('fills in every default', async () => {
  expect(await load({})).toEqual({
    prefect: {
      generation: 1,
      backend: 'cloud',
      api: 'https://api.prefect.io',
      apiKey: { kind: 'value', value: expect.any(Secret) as Secret },
      tenantId: undefined,
    },
    agent: {
      agentConfigId: undefined,
      name: 'agent',
      labels: [],
      envVars: {},
      maxPolls: undefined,
      leadMs: 75_000,
      lingerMs: undefined,
      limits: { maxLaunches: undefined, maxLatenessMs: undefined, lateRuns: 'fail' },
      agentAddress: undefined,
      noCloudLogs: false,
      logLevel: 'INFO',
    },
    ecs: {
      cluster: undefined,
      launchType: 'FARGATE',
      taskRoleArn: undefined,
      executionRoleArn: undefined,
      taskDefinition: undefined,
      runTaskKwargs: {
        networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-1'], assignPublicIp: 'ENABLED' } },
      },
      launchRate: { perSecond: 20, isLimit: false },
      maxTasksInFlight: undefined,
      spotFallback: false,
      spotReschedule: false,
      plaintextApiKey: true,
    },
    flowLogLevel: 'INFO',
    controlTable: undefined,
    metrics: 'problems',
    healthMaxAgeMs: 120_000,
  } satisfies Settings);
});

test('freezes everything, the documents too', async () => {
  const settings = await load({ [`${ECS}TASK_DEFINITION`]: '{"volumes": [{"name": "data"}]}' });
  const parts: unknown[] = [settings];
  for (const part of parts) {
    if (typeof part !== 'object' || part === null) continue;
    expect(Object.isFrozen(part)).toBe(true);
    parts.push(...(Object.values(part) as unknown[]));
  }
  expect(parts.length).toBeGreaterThan(25);
});

describe('the API', () => {
  // As `prefect.config.cloud.api` of Prefect 1.4.1 has it for the same environment.
  test.each<[NodeJS.ProcessEnv, string]>([
    [{ PREFECT__BACKEND: 'server' }, 'http://localhost:4200'],
    [{ PREFECT__BACKEND: 'server', PREFECT__SERVER__HOST: 'http://10.0.0.1' }, 'http://10.0.0.1:4200'],
    [{ PREFECT__BACKEND: 'server', PREFECT__SERVER__PORT: '80' }, 'http://localhost:80'],
    [{ PREFECT__BACKEND: 'server', PREFECT__SERVER__ENDPOINT: 'https://p.test' }, 'https://p.test'],
    [{ PREFECT__CLOUD__ENDPOINT: 'https://c.test' }, 'https://c.test'],
    [{ PREFECT__CLOUD__API: 'https://a.test/graphql' }, 'https://a.test/graphql'],
    [{ PREFECT__CLOUD__API: '"https://quoted.test"' }, 'https://quoted.test'],
    [{ PREFECT__CLOUD__API: 'https://${HOST}/$STAGE', HOST: 'h.test', STAGE: 'v1' }, 'https://h.test/v1'],
    [{ PREFECT__CLOUD__API: '${cloud.endpoint}/x' }, 'https://api.prefect.io/x'],
  ])('of %j is %s', async (env, api) => {
    expect((await load(env)).prefect.api).toBe(api);
  });

  test.each([
    [
      { PREFECT__CLOUD__API: 'localhost:4200' },
      'PREFECT__CLOUD__API (environment): expected a URL that begins with',
    ],
    [{ PREFECT__CLOUD__API: 'https://me:hunter2@p.test' }, 'expected a URL without a user name or password'],
    [{ PREFECT__CLOUD__API: 'me:hunter2@p.test:x' }, 'PREFECT__CLOUD__API (environment): expected'],
    [
      { PREFECT__BACKEND: 'server', PREFECT__SERVER__HOST: 'p.test' },
      'PREFECT__SERVER__HOST (environment): expected',
    ],
    [
      { PREFECT__BACKEND: 'server', PREFECT__SERVER__HOST: 'http://p.test:1' },
      'PREFECT__SERVER__ENDPOINT (default)',
    ],
    [{ PREFECT__BACKEND: 'sever' }, "PREFECT__BACKEND (environment): expected cloud or server, got 'sever'"],
  ])('of %j is refused once and without its password', async (env, line) => {
    const lines = await problems(env);
    expect(lines).toEqual([expect.stringContaining(line)]);
    expect(lines.join()).not.toContain('hunter2');
  });
});

describe('the API key', () => {
  const ARN = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:prefect-AbCdEf';
  const NONE = { PREFECT__CLOUD__API_KEY: undefined };
  const revealed = async (env: NodeJS.ProcessEnv) => {
    const { apiKey } = (await load({ ...NONE, ...env })).prefect;
    return apiKey?.kind === 'value' ? apiKey.value.reveal() : apiKey?.arn;
  };

  test.each<[NodeJS.ProcessEnv, string | undefined]>([
    [{ PREFECT__CLOUD__API_KEY: ' new\n', PREFECT__CLOUD__AGENT__AUTH_TOKEN: 'old' }, 'new'],
    [{ PREFECT__CLOUD__AGENT__AUTH_TOKEN: 'old', PREFECT__CLOUD__AUTH_TOKEN: 'oldest' }, 'old'],
    [{ PREFECT__CLOUD__AUTH_TOKEN: 'oldest' }, 'oldest'],
    [{ PREFECT__CLOUD__API_KEY_SECRET: ARN }, ARN],
    [{ PREFECT__CLOUD__API_KEY_SECRET: `${ARN}:key::` }, `${ARN}:key::`],
    [
      { PREFECT__CLOUD__API_KEY_SECRET: 'arn:aws-cn:ssm:cn-north-1:123456789012:parameter/prefect/key' },
      'arn:aws-cn:ssm:cn-north-1:123456789012:parameter/prefect/key',
    ],
    [{ PREFECT__BACKEND: 'server' }, undefined],
    [{ PREFECT__BACKEND: 'server', PREFECT__CLOUD__API_KEY: 'sent all the same' }, 'sent all the same'],
  ])('of %j is %s', async (env, key) => {
    expect(await revealed(env)).toBe(key);
  });

  test('is required for the cloud, in the words of Prefect and with the names to set', async () => {
    const [line = '', ...others] = await problems({ ...NONE, PREFECT__BACKEND: 'cloud' });
    expect(others).toEqual([]);
    expect(line).toMatch(/^You have not set an API key for authentication\./);
    expect(line).toContain('PREFECT__CLOUD__API_KEY ');
    expect(line).toContain('PREFECT__CLOUD__API_KEY_SECRET');
    expect(line).toContain('PREFECT__CLOUD__AGENT__AUTH_TOKEN');
  });

  test('is not what is missing where nothing says which Prefect is meant', async () => {
    const [line = '', ...others] = await problems(NONE);
    expect(others).toEqual([]);
    expect(line).toMatch(
      /^Expected the address of a Prefect API, got none\. Prefect 3: set PREFECT_API_URL and/,
    );
    expect(line).toContain('PREFECT__BACKEND=server');
    expect(line).toContain('PREFECT__CLOUD__API_KEY_SECRET');
  });

  test('is not taken from two places', async () => {
    const env = { ...NONE, PREFECT__CLOUD__AUTH_TOKEN: 'hunter2', PREFECT__CLOUD__API_KEY_SECRET: ARN };
    const [line = '', ...others] = await problems(env);
    expect(others).toEqual([]);
    expect(line).toMatch(/^PREFECT__CLOUD__API_KEY_SECRET \(environment\):.*PREFECT__CLOUD__AUTH_TOKEN/);
    expect(line).not.toContain('hunter2');
  });

  test.each([
    'hunter2',
    'arn:aws:s3:::hunter2',
    'arn:aws:ssm:eu-west-1:123456789012:hunter2',
    'arn:aws:ssm:eu-west-1:123456789012:parameter/hunter2*',
    'arn:aws:ssm:eu-west-1:123456789012:parameter/hunter?',
    'arn:aws:secretsmanager:eu-west-1:123456789012:secret:hunter2-*:key::',
  ])('is not shown when it stands where the ARN of one secret is expected: %s', async (value) => {
    const lines = await problems({ ...NONE, PREFECT__CLOUD__API_KEY_SECRET: value });
    expect(lines).toEqual([expect.stringMatching(/^PREFECT__CLOUD__API_KEY_SECRET .*expected the ARN/)]);
    expect(lines.join()).not.toContain('hunter');
  });

  test.each(['PREFECT__CLOUD__API_KEY', 'PREFECT__CLOUD__AGENT__AUTH_TOKEN', 'PREFECT__CLOUD__AUTH_TOKEN'])(
    'in plain text in %s is refused, with both ways out',
    async (name) => {
      const lines = await problems({ ...NONE, [name]: 'hunter2', [`${ECS}PLAINTEXT_API_KEY`]: undefined });
      expect(lines).toEqual([expect.stringMatching(`^${name} \\(environment\\): .*describe tasks`)]);
      expect(lines[0]).toContain('PREFECT__CLOUD__API_KEY_SECRET to the ARN');
      expect(lines[0]).toContain('instead of PREFECT__CLOUD__API_KEY,');
      expect(lines[0]).toContain(`${ECS}PLAINTEXT_API_KEY=true`);
      expect(lines[0]).not.toContain('hunter2');
    },
  );

  test.each([
    ['no key', { PREFECT__BACKEND: 'server' }],
    ['a key in a secret', { PREFECT__CLOUD__API_KEY_SECRET: ARN }],
  ])('needs no leave for plain text with %s', async (_, env) => {
    const settings = load({ ...NONE, ...env, [`${ECS}PLAINTEXT_API_KEY`]: undefined });
    await expect(settings).resolves.toMatchObject({ ecs: { plaintextApiKey: false } });
  });

  test('never shows in the settings', async () => {
    const settings = await load({ PREFECT__CLOUD__API_KEY: 'hunter2' });
    expect(inspect(settings, { depth: null, showHidden: true }) + JSON.stringify(settings)).not.toContain(
      'hunter2',
    );
  });
});

describe('the tenant', () => {
  test.each(['7F7F9E2C-2C4A-4E0C-8F1A-0123456789AB', '{7f7f9e2c2c4a4e0c8f1a0123456789ab}'])(
    '%s is a UUID in lower case with dashes',
    async (value) => {
      const { prefect } = await load({ PREFECT__CLOUD__TENANT_ID: value });
      expect(prefect).toMatchObject({ tenantId: '7f7f9e2c-2c4a-4e0c-8f1a-0123456789ab' });
    },
  );

  test('is refused in the words of Prefect', async () => {
    expect(await problems({ PREFECT__CLOUD__TENANT_ID: 'acme' })).toEqual([
      expect.stringContaining("The `tenant_id` must be a valid UUID. Got 'acme'."),
    ]);
  });
});

describe('the agent', () => {
  test.each([
    [`['b', "a", 'b']`, ['b', 'a', 'b']],
    ['["a"]', ['a']],
    [`('a',)`, ['a']],
    ['a, b,', ['a', 'b']],
    ['prod', ['prod']],
    [`'a,b', 'c'`, ['a,b', 'c']],
    ['["\\ud83d\\ude00"]', ['😀']],
    ['[]', []],
    ['None', []],
    ['$MINE', ['a']],
  ])('reads the labels %s', async (LABELS, labels) => {
    expect((await load({ [`${AGENT}LABELS`]: LABELS, MINE: "['a']" })).agent.labels).toEqual(labels);
  });

  test.each([
    [`{'A': 'b', 'N': 1, 'F': 1.0, 'T': True}`, { A: 'b', N: '1', F: '1.0', T: 'True' }],
    ['{"A": "b", "N": 1, "F": 1.5, "T": true}', { A: 'b', N: '1', F: '1.5', T: 'True' }],
    [`{'A': '\${NOT_SET}'}`, { A: '${NOT_SET}' }],
  ])('reads the environment variables %s', async (ENV_VARS, envVars) => {
    expect((await load({ [`${AGENT}ENV_VARS`]: ENV_VARS })).agent.envVars).toEqual(envVars);
  });

  test.each<[NodeJS.ProcessEnv, boolean]>([
    [{ PREFECT__CLOUD__SEND_FLOW_RUN_LOGS: 'False' }, true],
    [{ PREFECT__CLOUD__SEND_FLOW_RUN_LOGS: '0', [`${AGENT}NO_CLOUD_LOGS`]: 'false' }, false],
    [{ [`${AGENT}NO_CLOUD_LOGS`]: 'TRUE' }, true],
  ])('with %j keeps logs back: %s', async (env, noCloudLogs) => {
    expect((await load(env)).agent.noCloudLogs).toBe(noCloudLogs);
  });

  test('reads the rest', async () => {
    const settings = await load({
      [`${AGENT}NAME`]: 'mine',
      [`${AGENT}LEVEL`]: 'debug',
      [`${AGENT}MAX_POLLS`]: '0',
      [`${AGENT}AGENT_ADDRESS`]: 'http://:8080',
      [`${AGENT}AGENT_CONFIG_ID`]: 'c1',
      [`${AGENT}CONTROL_TABLE`]: 'control',
      [`${AGENT}HEALTH_MAX_AGE_SECONDS`]: '90.5',
      PREFECT__LOGGING__LEVEL: 'notset',
    });
    expect(settings).toMatchObject({
      agent: {
        name: 'mine',
        logLevel: 'DEBUG',
        maxPolls: 0,
        agentAddress: 'http://:8080',
        agentConfigId: 'c1',
      },
      controlTable: 'control',
      healthMaxAgeMs: 90_500,
      flowLogLevel: 'NOTSET',
    });
  });

  test.each([
    ['LABELS', `['a', b]`, 'expected a Python literal or JSON'],
    ['LABELS', `['a', 1]`, 'expected labels that are text, got 1'],
    ['LABELS', `['']`, "expected labels that are text, got ''"],
    ['LABELS', `{'a': 'b'}`, "got {'a': 'b'}"],
    ['ENV_VARS', `{'A': None}`, 'expected text for A, got None'],
    ['ENV_VARS', `{'A': ['hunter2']}`, 'expected text for A, got a list or a map'],
    ['ENV_VARS', 'A=hunter2', 'expected a map'],
    ['ENV_VARS', `['hunter2']`, 'expected a map'],
    ['ENV_VARS', `{'A': hunter2}`, 'expected a Python literal or JSON'],
    ['MAX_POLLS', '-1', "expected a whole number of 0 or more, got '-1'"],
    ['MAX_POLLS', '1.5', "got '1.5'"],
    ['NO_CLOUD_LOGS', 'yes', "expected true or false, got 'yes'"],
    ['LEVEL', 'LOUD', "expected DEBUG, INFO, WARNING, ERROR or CRITICAL, got 'LOUD'"],
    ['AGENT_ADDRESS', 'http://host', 'expected an address with a port'],
    ['HEALTH_MAX_AGE_SECONDS', '0', "expected a number of more than 0, got '0'"],
    ['NO_CLOUD_LOGS', 'x'.repeat(4000), '... (4002 characters)'],
  ])('refuses %s=%s and shows no secret', async (name, value, expected) => {
    const lines = await problems({ [AGENT + name]: value });
    expect(lines).toEqual([expect.stringContaining(`${AGENT}${name} (environment): `)]);
    expect(lines[0]).toContain(expected);
    expect(lines[0]).not.toContain('hunter2');
    expect(lines[0]?.length).toBeLessThan(400);
  });
});

describe('documents', () => {
  const TASK = {
    memory: '512',
    containerDefinitions: [
      { name: 'flow', essential: true, cpu: 8 },
      { name: 'y', essential: true, cpu: 8 },
    ],
  };

  test.each<[string, unknown]>([
    ['{"cpu": 256}', { cpu: 256 }],
    [`{'cpu': 256, tags: []}`, { cpu: 256, tags: [] }],
    ['cpu: 256\nmemory: 512', { cpu: 256, memory: 512 }],
    ['family: mine', { family: 'mine' }],
    ['{"family": "${HOME} $HOME"}', { family: '${HOME} $HOME' }],
    ['task.yaml', TASK],
    ['$DIR.yaml', TASK],
    ['s3://bucket/dir/task.yaml', { family: 'from-s3' }],
    ['https://p.test/task.yaml', { family: 'from-https' }],
    ['agent:///etc/task.yaml', { family: 'from-file' }],
    ['file:///etc/task.yaml', { family: 'from-file' }],
  ])('%s is read', async (value, document) => {
    const { ecs } = await load({ [`${ECS}TASK_DEFINITION`]: value, DIR: 'task', HOME: '/root' });
    expect(ecs.taskDefinition).toEqual(document);
  });

  test.each([
    ['list.yaml', 'expected a JSON or YAML mapping'],
    ['broken.yaml', 'expected JSON or YAML at line 1'],
    ['{"password": hunter2', 'expected JSON or YAML at line 1'],
    ['missing.yaml', "expected a document at missing.yaml, which can't be read: no missing.yaml"],
    ['s3://bucket/missing', "expected a document at s3://bucket/missing, which can't be read"],
    ['s3://bucket', 'expected a JSON or YAML mapping, the path of a file, s3://bucket/key, or an https'],
    ['http://p.test/task.yaml', 'expected a JSON or YAML mapping, the path of a file, s3://bucket/key, or'],
  ])('%s is refused and nothing of it is shown', async (value, expected) => {
    const lines = await problems({ [`${ECS}TASK_DEFINITION`]: value });
    expect(lines).toEqual([expect.stringContaining(`${ECS}TASK_DEFINITION (environment): ${expected}`)]);
    expect(lines.join()).not.toContain('hunter2');
  });
});

test.each<[string, string, string[]]>([
  [
    'RUN_TASK_KWARGS',
    '{"overrides": {"containerOveride": []}, "count": "1"}',
    [
      'run_task_kwargs.count: expected number, got string',
      'run_task_kwargs.overrides.containerOveride: unknown field; did you mean containerOverrides?',
    ],
  ],
  ['RUN_TASK_KWARGS', '{"count": 2}', ['run_task_kwargs.count: expected 1, got 2']],
  ['RUN_TASK_KWARGS', '{"taskDefinition": "x:1"}', ['run_task_kwargs.taskDefinition: set by the agent']],
  ['RUN_TASK_KWARGS', '{"LaunchType": "EC2"}', ['unknown field; did you mean launchType?']],
  [
    'TASK_DEFINITION',
    '{"cpu": 256, "containerDefinitions": [{"name": "flow", "memory": "512", "secrets": [{"name": "A"}]}]}',
    [
      'task_definition.containerDefinitions[0].memory: expected number, got string',
      'task_definition.containerDefinitions[0].secrets[0].valueFrom: required',
    ],
  ],
])('what boto3 would refuse in %s is refused with its path: %s', async (name, document, expected) => {
  const lines = await problems({ [ECS + name]: document });
  expect(lines).toHaveLength(expected.length);
  for (const text of expected) {
    expect(lines).toContainEqual(expect.stringContaining(text));
    expect(lines.every((line) => line.startsWith(`${ECS}${name} (environment): `))).toBe(true);
  }
});

describe('ECS', () => {
  const NETWORK = '{"networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-9"]}}}';
  const STRATEGY = '{"capacityProviderStrategy": [{"capacityProvider": "FARGATE_SPOT"}]}';
  const ecs = async (env: Record<string, string | undefined>) => {
    const named = Object.entries(env).map(([name, value]) => [ECS + name, value]);
    return (await load(Object.fromEntries(named) as NodeJS.ProcessEnv)).ecs;
  };
  const ecsProblems = (env: Record<string, string | undefined>) =>
    problems(Object.fromEntries(Object.entries(env).map(([name, value]) => [ECS + name, value])));

  test.each<[Record<string, string | undefined>, object]>([
    [
      { SUBNETS: '["subnet-1", "subnet-2"]' },
      { subnets: ['subnet-1', 'subnet-2'], assignPublicIp: 'ENABLED' },
    ],
    [
      { SECURITY_GROUPS: 'sg-1,sg-2', ASSIGN_PUBLIC_IP: 'false' },
      { subnets: ['subnet-1'], securityGroups: ['sg-1', 'sg-2'], assignPublicIp: 'DISABLED' },
    ],
    [{ LAUNCH_TYPE: 'ec2' }, { subnets: ['subnet-1'], assignPublicIp: 'DISABLED' }],
    [{ RUN_TASK_KWARGS: STRATEGY }, { subnets: ['subnet-1'], assignPublicIp: 'ENABLED' }],
    [{ SUBNETS: undefined, RUN_TASK_KWARGS: NETWORK }, { subnets: ['subnet-9'] }],
    [{ SUBNETS: undefined, RUN_TASK_KWARGS: 'kwargs.json' }, { subnets: ['subnet-9'] }],
    [
      { RUN_TASK_KWARGS: '{"networkConfiguration": {}}' },
      { subnets: ['subnet-1'], assignPublicIp: 'ENABLED' },
    ],
  ])('with %j has its tasks in a network', async (env, awsvpcConfiguration) => {
    expect((await ecs(env)).runTaskKwargs).toMatchObject({ networkConfiguration: { awsvpcConfiguration } });
  });

  test.each<[Record<string, string | undefined>, string | undefined]>([
    [{ LAUNCH_TYPE: 'fargate' }, 'FARGATE'],
    [{ LAUNCH_TYPE: 'External' }, 'EXTERNAL'],
    [{ RUN_TASK_KWARGS: STRATEGY }, undefined],
    [{ RUN_TASK_KWARGS: STRATEGY, SUBNETS: undefined }, undefined],
    [{ RUN_TASK_KWARGS: STRATEGY, LAUNCH_TYPE: 'EC2' }, 'EC2'],
    [{ RUN_TASK_KWARGS: '{"capacityProviderStrategy": []}' }, 'FARGATE'],
    [{ RUN_TASK_KWARGS: '{"launchType": "EC2"}', LAUNCH_TYPE: 'EC2', SUBNETS: undefined }, 'EC2'],
  ])('with %j has launch type %s', async (env, launchType) => {
    expect((await ecs(env)).launchType).toBe(launchType);
  });

  test.each<[Record<string, string | undefined>, string[]]>([
    [{ RUN_TASK_KWARGS: NETWORK }, ['SUBNETS (environment): expected the network in one place']],
    [
      { SUBNETS: undefined, LAUNCH_TYPE: 'EC2', SECURITY_GROUPS: 'sg-1' },
      ['SUBNETS (not set): expected the subnets'],
    ],
    [{ SUBNETS: 'sg-1' }, ["SUBNETS (environment): expected subnet IDs such as subnet-0a1b2c3d, got 'sg-1'"]],
    [
      { SUBNETS: undefined, RUN_TASK_KWARGS: 'missing.json' },
      ['RUN_TASK_KWARGS (environment): expected a document'],
    ],
    [
      { RUN_TASK_KWARGS: '{"launchType": "EC2"}' },
      ['RUN_TASK_KWARGS (environment): expected no launchType beside'],
    ],
    [
      { LAUNCH_TYPE: 'LAMBDA' },
      ["LAUNCH_TYPE (environment): expected FARGATE, EC2 or EXTERNAL, got 'LAMBDA'"],
    ],
    [{ TASK_ROLE_ARN: 'my-role' }, ['TASK_ROLE_ARN (environment): expected the ARN of a role']],
    [
      { SUBNET: 'subnet-1' },
      [`SUBNET (environment): expected the name of a setting. Did you mean ${ECS}SUBNETS?`],
    ],
  ])('refuses %j', async (env, expected) => {
    expect(await ecsProblems(env)).toEqual(
      expected.map((line) => expect.stringContaining(ECS + line) as string),
    );
  });

  test('leaves the network of Fargate tasks to the default VPC where none is set', async () => {
    for (const kwargs of [undefined, '{"networkConfiguration": {}}']) {
      const { launchType, runTaskKwargs } = await ecs({ SUBNETS: undefined, RUN_TASK_KWARGS: kwargs });
      expect({ launchType, runTaskKwargs }).toEqual({ launchType: 'FARGATE', runTaskKwargs: {} });
    }
  });

  test('names both settings that give a network', async () => {
    const [line] = await ecsProblems({ RUN_TASK_KWARGS: NETWORK });
    expect(line).toContain(`networkConfiguration in ${ECS}RUN_TASK_KWARGS`);
  });
});

test('reports everything that is wrong at once, likely typos included', async () => {
  const lines = await problems({
    PREFECT__BACKEND: 'sever',
    PREFECT__CLOUD__TENANT_ID: 'acme',
    PREFECT__CLOUD__API_KEY: undefined,
    [`${AGENT}LABLES`]: 'a',
    [`${AGENT}RESOURCE_MANAGER__LOOP_INTERVAL`]: '60',
    [`${ECS}CLUSTR`]: 'main',
    [`${ECS}SUBNETS`]: undefined,
    [`${ECS}SECURITY_GROUPS`]: 'sg-1',
  });
  expect(lines.map((line) => line.split(' ')[0])).toEqual([
    'PREFECT__BACKEND',
    'PREFECT__CLOUD__TENANT_ID',
    `${ECS}SUBNETS`,
    `${ECS}CLUSTR`,
    `${AGENT}LABLES`,
  ]);
  expect(lines.at(-1)).toContain(`Did you mean ${AGENT}LABELS?`);
});

test('an unknown variable of the agent alone is no error, as in Prefect', async () => {
  await expect(load({ [`${AGENT}LABLES`]: 'a' })).resolves.toBeDefined();
});

test.each([
  ['PREFECT__CLOUD__AGENT__LEAD_SECONDS', '241', '0 to 240'],
  ['PREFECT__CLOUD__AGENT__LEAD_SECONDS', '-1', '0 to 240'],
  ['PREFECT__CLOUD__AGENT__LINGER_SECONDS', '0', '1 to 60'],
  [`${ECS}LAUNCHES_PER_SECOND`, '0', '1 to 1000'],
])('refuses %s=%s', async (name, value, range) => {
  await expect(load({ [name]: value })).rejects.toThrow(
    `${name} (environment): expected a number from ${range}, got '${value}'.`,
  );
});

test.each([
  ['FARGATE', 20],
  ['EC2', 40],
  ['EXTERNAL', 40],
])('launches at the quota of %s: %d a second', async (launchType, perSecond) => {
  const { ecs } = await load({ [`${ECS}LAUNCH_TYPE`]: launchType, [`${ECS}ASSIGN_PUBLIC_IP`]: 'false' });
  expect(ecs.launchRate).toEqual({ perSecond, isLimit: false });
});
