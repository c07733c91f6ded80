import { describe, expect, test } from 'vitest';
import { deployment } from '../../../src/deployment/deployment.ts';

const CLOUD_KEY = 'arn:aws:ssm:us-east-1:123456789012:parameter/prefect-api-key';
const ROLE = 'arn:aws:iam::123456789012:role/flows';
const CLUSTER = 'PREFECT__CLOUD__AGENT__ECS__CLUSTER';
const EXECUTION_ROLE = 'PREFECT__CLOUD__AGENT__ECS__EXECUTION_ROLE_ARN';
const TASK_ROLE = 'PREFECT__CLOUD__AGENT__ECS__TASK_ROLE_ARN';
const KWARGS = 'PREFECT__CLOUD__AGENT__ECS__RUN_TASK_KWARGS';
const DEFINITION = 'PREFECT__CLOUD__AGENT__ECS__TASK_DEFINITION';

/** What the fragments get for these parameters, beside those without which nothing works. */
async function deployed(parameters: Readonly<Record<string, unknown>>, given: readonly string[] = []) {
  const values: Readonly<Record<string, unknown>> = {
    'self:service': 'serverless-prefect-agent',
    'sls:stage': 'prod',
    PREFECT__BACKEND: 'server',
    reservedConcurrency: 'none',
    ...parameters,
  };
  const resolve = (variable: string) =>
    Promise.resolve(values[variable.replace(/^param:(\w+).*$/, '$1')] ?? '');
  return deployment(resolve, given);
}

const holds = (condition: { readonly 'Fn::Equals': readonly [string, string] }) =>
  condition['Fn::Equals'][0] === condition['Fn::Equals'][1];

describe('where none is named', () => {
  test('a cluster and an execution role are made, and the flows write a log', async () => {
    const made = await deployed({});
    const { OwnCluster, OwnExecutionRole, OwnFlowLogs } = made.conditions;
    expect([OwnCluster, OwnExecutionRole, OwnFlowLogs].map(holds)).toEqual([true, true, true]);
    expect(made).toMatchObject({
      cluster: { Ref: 'Cluster' },
      clusters: [{ 'Fn::GetAtt': ['Cluster', 'Arn'] }],
      executionRole: { 'Fn::GetAtt': ['ExecutionRole', 'Arn'] },
      roles: [{ 'Fn::GetAtt': ['ExecutionRole', 'Arn'] }],
      taskDefinition: {
        'Fn::Sub': expect.stringContaining('/prefect/serverless-prefect-agent-prod') as string,
      },
    });
  });

  test('nothing is reserved, read or bounded', async () => {
    expect(await deployed({})).toMatchObject({
      reservedConcurrency: { Ref: 'AWS::NoValue' },
      readKey: { Ref: 'AWS::NoValue' },
      readDocuments: { Ref: 'AWS::NoValue' },
      permissionsBoundary: { Ref: 'AWS::NoValue' },
      alarmActions: [],
    });
  });
});

const OURS = 'arn:${AWS::Partition}:ecs:${AWS::Region}:${AWS::AccountId}';

test.each([
  ['a name', { [CLUSTER]: 'flows' }, 'flows', { 'Fn::Sub': `${OURS}:cluster/flows` }],
  [
    'an ARN',
    { [CLUSTER]: 'arn:aws:ecs:us-east-1:123456789012:cluster/flows' },
    'arn:aws:ecs:us-east-1:123456789012:cluster/flows',
    'arn:aws:ecs:us-east-1:123456789012:cluster/flows',
  ],
  [
    'the arguments of RunTask',
    { [KWARGS]: '{"cluster": "flows"}' },
    '',
    { 'Fn::Sub': `${OURS}:cluster/flows` },
  ],
])('a cluster that is named by %s is used', async (_, parameters, cluster, arn) => {
  const made = await deployed(parameters);
  expect(holds(made.conditions.OwnCluster)).toBe(false);
  expect(made).toMatchObject({ cluster, clusters: [arn] });
});

const DOCUMENT = `{"executionRoleArn": "${ROLE}", "containerDefinitions": []}`;

test.each([
  ['a setting', { [EXECUTION_ROLE]: ROLE }, ROLE, ''],
  ['the arguments of RunTask', { [KWARGS]: `{"overrides": {"executionRoleArn": "${ROLE}"}}` }, '', ''],
  ['the task definition', { [DEFINITION]: DOCUMENT }, '', DOCUMENT],
])(
  'an execution role that %s names is used, and its logs are its own',
  async (_, parameters, executionRole, taskDefinition) => {
    const made = await deployed(parameters);
    expect(holds(made.conditions.OwnExecutionRole)).toBe(false);
    expect(holds(made.conditions.OwnFlowLogs)).toBe(false);
    expect(made).toMatchObject({
      executionRole,
      roles: [ROLE],
      taskDefinition,
    });
  },
);

test('of roles the beginning of their names is enough', async () => {
  const extraRoles = 'arn:aws:iam::123456789012:role/flows/*';
  expect((await deployed({ extraRoles })).roles.slice(1)).toEqual([extraRoles]);
});

test('roles, definitions and clusters that run configs name come from parameters', async () => {
  const extraRoles = 'arn:aws:iam::123456789012:role/a, arn:aws:iam::123456789012:role/b';
  const extraTaskDefinitions = 'arn:aws:ecs:us-east-1:123456789012:task-definition/etl:*';
  const extraClusters = 'arn:aws:ecs:us-east-1:123456789012:cluster/gpu';
  const made = await deployed({ [TASK_ROLE]: ROLE, extraRoles, extraTaskDefinitions, extraClusters });
  expect(made.roles.slice(1)).toEqual([ROLE, ...extraRoles.split(', ')]);
  expect(made.taskDefinitions).toEqual([
    { 'Fn::Sub': `${OURS}:task-definition/prefect-*:*` },
    extraTaskDefinitions,
  ]);
  expect(made.clusters.slice(1)).toEqual([extraClusters]);
});

test.each([
  ['the default VPC', {}, true],
  ['the subnets that are named', { PREFECT__CLOUD__AGENT__ECS__SUBNETS: 'subnet-0a1b2c3d' }, false],
])('tasks run in %s', async (_, parameters, expected) => {
  expect(holds((await deployed(parameters)).conditions.MayUseDefaultNetwork)).toBe(expected);
});

const SECRET = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:prefect-AbCdEf';

test.each([
  ['a parameter', CLOUD_KEY, CLOUD_KEY, ['ssm:GetParameter', 'ssm:GetParameters']],
  ['a secret', SECRET, SECRET, ['secretsmanager:GetSecretValue']],
  ['a key of a JSON secret', `${SECRET}:key::`, SECRET, ['secretsmanager:GetSecretValue']],
])('the key is read from %s, and from nothing else', async (_, arn, Resource, Action) => {
  const { readKey } = await deployed({ PREFECT__CLOUD__API_KEY_SECRET: arn });
  expect(readKey).toMatchObject({ PolicyDocument: { Statement: [{ Action, Resource: [Resource] }] } });
});

test.each([
  ['a parameter', CLOUD_KEY, ['ssm.us-east-1.amazonaws.com']],
  ['a secret', `${SECRET}:key::`, ['secretsmanager.us-east-1.amazonaws.com']],
  [
    'a parameter in China',
    'arn:aws-cn:ssm:cn-north-1:123456789012:parameter/key',
    ['ssm.cn-north-1.amazonaws.com', 'ssm.cn-north-1.amazonaws.com.cn'],
  ],
])('a key of the customer may be used to decrypt %s, and nothing else', async (_, arn, services) => {
  const keyEncryptionKey = 'arn:aws:kms:us-east-1:123456789012:key/0a1b2c3d';
  const { readKey } = await deployed({ PREFECT__CLOUD__API_KEY_SECRET: arn, keyEncryptionKey });
  const Condition = { StringEquals: { 'kms:ViaService': services } };
  expect(readKey).toMatchObject({
    PolicyDocument: { Statement: [{}, { Action: ['kms:Decrypt'], Resource: [keyEncryptionKey], Condition }] },
  });
});

test('documents are read, and their bucket is listed, so that a missing one is told from a denied one', async () => {
  const { readDocuments } = await deployed({ documents: 'arn:aws:s3:::a/b.yaml,arn:aws:s3:::a/c/*' });
  expect(readDocuments).toMatchObject({
    PolicyDocument: {
      Statement: [
        { Action: ['s3:GetObject'], Resource: ['arn:aws:s3:::a/b.yaml', 'arn:aws:s3:::a/c/*'] },
        { Action: ['s3:ListBucket'], Resource: ['arn:aws:s3:::a'] },
      ],
    },
  });
});

test('alarms go to an address, a topic, or both', async () => {
  const alarmTopic = 'arn:aws:sns:us-east-1:123456789012:pager';
  const { alarmActions } = await deployed({ alarmEmail: 'ops@example.com', alarmTopic });
  expect(alarmActions).toEqual([{ Ref: 'AlarmTopic' }, alarmTopic]);
});

describe('before anything is deployed', () => {
  test.each([
    ['PREFECT__CLOUD__AGENT__ECS__SUBNETS', 'sg-0a1b2c3d', /SUBNETS .*expected subnet IDs.*'sg-0a1b2c3d'/],
    ['PREFECT__CLOUD__AGENT__ECS__SECURITY_GROUPS', 'web', /SECURITY_GROUPS .*expected security group IDs/],
    [EXECUTION_ROLE, 'flows', /EXECUTION_ROLE_ARN .*expected the ARN of a role/],
    ['PREFECT__BACKEND', 'cloud', /You have not set an API key/],
    ['extraRoles', '*', /extraRoles: expected ARNs of roles/],
    ['extraRoles', 'arn:aws:iam::123456789012:role/*', /extraRoles: .*not all roles of an account/],
    ['extraRoles', 'arn:aws:iam::123456789012:role/*/*', /extraRoles: .*not all roles of an account/],
    [TASK_ROLE, 'arn:aws:iam::123456789012:role/*', /TASK_ROLE_ARN .*without an asterisk/],
    ['PREFECT__CLOUD__API_KEY_SECRET', `${CLOUD_KEY}*`, /API_KEY_SECRET .*without an asterisk/],
    ['PREFECT__CLOUD__AGENT__POKE_SECRET', `${SECRET}*`, /POKE_SECRET .*without an asterisk/],
    ['extraTaskDefinitions', 'etl', /extraTaskDefinitions: expected ARNs of task definitions/],
    ['documents', 's3://bucket/key', /documents: expected ARNs of S3 objects/],
    ['permissionsBoundary', 'boundary', /permissionsBoundary: expected the ARN of an IAM policy/],
    ['alarmEmail', 'ops', /alarmEmail: expected an e-mail address/],
    ['reservedConcurrency', 'one', /reservedConcurrency: expected a whole number/],
  ])('%s=%s is refused', async (name, value, message) => {
    await expect(deployed({ [name]: value })).rejects.toThrow(message);
  });

  test('all that is wrong is said at once', async () => {
    await expect(deployed({ extraRoles: 'a', documents: 'b' })).rejects.toThrow(/extraRoles.*\n.*documents/);
  });

  test('a slip of the pen in a name is refused, and so is a key in plain text', async () => {
    await expect(deployed({}, ['PREFECT__CLOUD__AGENT__LABEL=prod'])).rejects.toThrow(
      /Did you mean PREFECT__CLOUD__AGENT__LABELS/,
    );
    await expect(deployed({}, ['PREFECT__CLOUD__API_KEY=abc'])).rejects.toThrow(/PREFECT__CLOUD__API_KEY:/);
  });

  test('a package without any setting is made, for settings that come later', async () => {
    await expect(deployed({ PREFECT__BACKEND: '' })).resolves.toBeDefined();
  });
});

test.each([
  ['signed', {}, 'AWS_IAM', { Ref: 'AWS::NoValue' }],
  [
    'authenticated with the secret that is named',
    { PREFECT__CLOUD__AGENT__POKE_SECRET: CLOUD_KEY },
    'NONE',
    expect.objectContaining({ PolicyName: 'read-key' }) as unknown,
  ],
])('pokes are %s', async (_, parameters, pokeAuthorization, readPokeSecret) => {
  expect(await deployed(parameters)).toMatchObject({ pokeAuthorization, readPokeSecret });
});
