import { glob, readFile } from 'node:fs/promises';
import { ECSClient, StopTaskCommand } from '@aws-sdk/client-ecs';
import { beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { taskStateChange } from '../../../src/sandbox/ecs/task-state-change.ts';
import { permissionsOf } from '../../support/ecs-permissions.ts';
import { type IamRequest, isAllowed, type Statement, statementsOf } from '../../support/iam.ts';
import { AWS } from '../../support/ecs.ts';
import { notedFunctions } from '../../support/noted-functions.ts';
import { packagedStack } from '../../support/packaged-template.ts';
import { recoveryWorld } from '../../support/recovery-world.ts';
import type { Stack } from '../../support/stack.ts';

const ECS = 'arn:aws:ecs:us-east-1:123456789012';
const IAM = 'arn:aws:iam::123456789012';
const KEY = 'arn:aws:ssm:us-east-1:123456789012:parameter/prefect-api-key';
const POKE_SECRET = 'arn:aws:ssm:us-east-1:123456789012:parameter/poke';

const PARAMETERS = {
  PREFECT__CLOUD__AGENT__POKE_SECRET: POKE_SECRET,
  PREFECT__BACKEND: 'server',
  PREFECT__CLOUD__API: 'https://prefect.example.com/graphql',
  PREFECT__CLOUD__API_KEY_SECRET: KEY,
  PREFECT__CLOUD__AGENT__LABELS: 'prod',
  PREFECT__CLOUD__AGENT__ECS__CLUSTER: 'default',
  PREFECT__CLOUD__AGENT__ECS__TASK_ROLE_ARN: `${IAM}:role/flows`,
  PREFECT__CLOUD__AGENT__ECS__MAX_TASKS_IN_FLIGHT: '1000',
  extraTaskDefinitions: `${ECS}:task-definition/own:*`,
  extraRoles: `${IAM}:role/heavy-flows`,
  documents: 'arn:aws:s3:::documents/definitions/*',
};

let stack: Stack;
let poll: readonly Statement[];
let taskStopped: readonly Statement[];

beforeAll(async () => {
  stack = await packagedStack(PARAMETERS);
  poll = statementsOf(stack, 'PollRole');
  taskStopped = statementsOf(stack, 'TaskStoppedRole');
}, 60_000);

/** Whatever is wider than named resources, and why it has to be. */
const WIDE: Readonly<Record<string, string>> = {
  'PollRole logs:CreateLogStream, logs:PutLogEvents on log-group:/aws/lambda/serverless-prefect-agent-dev-poll:*':
    'the streams of its own log group, which Lambda names',
  'HealthRole logs:CreateLogStream, logs:PutLogEvents on log-group:/aws/lambda/serverless-prefect-agent-dev-health:*':
    'the same',
  'PokeRole logs:CreateLogStream, logs:PutLogEvents on log-group:/aws/lambda/serverless-prefect-agent-dev-poke:*':
    'the same',
  'TaskStoppedRole logs:CreateLogStream, logs:PutLogEvents on log-group:/aws/lambda/serverless-prefect-agent-dev-taskStopped:*':
    'the same',
  'ExecutionRole logs:CreateLogStream, logs:PutLogEvents on log-group:/prefect/serverless-prefect-agent-dev:*':
    'the streams of the log group of the flows, which ECS names',
  'PollRole ecs:RunTask on task-definition/prefect-*:* if ecs:cluster':
    'the families that the agent names by the hash of what they say; in the clusters that are named',
  'PollRole ecs:RunTask on task-definition/own:* if ecs:cluster':
    'the revisions of a family of the parameters',
  'PollRole ecs:ListTasks on * if ecs:cluster':
    'IAM takes its resource for container instances, which Fargate has none of; in the clusters that are named',
  'TaskStoppedRole ecs:ListTasks on * if ecs:cluster': 'the same',
  'PollRole ecs:DescribeTasks, ecs:StopTask on task/* if ecs:cluster':
    'ids that ECS gives; in the clusters that are named',
  'TaskStoppedRole ecs:DescribeTasks on task/*':
    'reads only; events come from all clusters, and whose task it is must be asked',
  'PollRole ecs:DescribeTaskDefinition on *': 'IAM knows no resource for it',
  'PollRole ecs:RegisterTaskDefinition on task-definition/prefect-*': 'families of the agent',
  'TaskStoppedRole ecs:DescribeTaskDefinition on *': 'the same',
  'PollRole ecs:TagResource on task/* if ecs:CreateAction': 'ids that ECS gives; only with RunTask',
  'PollRole ecs:TagResource on task-definition/prefect-* if ecs:CreateAction':
    'families of the agent; only with RegisterTaskDefinition',
  'PollRole ecs:TagResource on task-definition/prefect-* if aws:TagKeys':
    'families of the agent; only the tag prefect:last-used',
  'PollRole ec2:DescribeSubnets, ec2:DescribeVpcs on *':
    'IAM knows no resource for them; only where no network is named',
  'PollRole s3:GetObject on documents/definitions/*': 'a parameter says so',
  'TaskStoppedRole s3:GetObject on documents/definitions/*': 'the same',
  'ExecutionRole ecr:GetAuthorizationToken on *': 'IAM knows no resource for it',
  'ExecutionRole ecr:BatchCheckLayerAvailability, ecr:BatchGetImage, ecr:GetDownloadUrlForLayer on repository/*':
    'each flow may have an image of its own; in the account and region',
};

test('no statement is wider than the table says, with a reason', () => {
  const wide = [...stack]
    .filter(([, { type }]) => type === 'AWS::IAM::Role')
    .flatMap(([id]) =>
      statementsOf(stack, id).flatMap(({ actions, resources, conditions }) => {
        const keys = Object.values(conditions).flatMap((byKey) => Object.keys(byKey));
        const condition = keys.length === 0 ? '' : ` if ${keys.join(', ')}`;
        return resources
          .filter((resource) => /[*?]/.test(resource))
          .map(
            (resource) =>
              `${id} ${actions.join(', ')} on ${resource.replace(/^arn:([^:]*:){4}/, '')}${condition}`,
          );
      }),
    );
  expect(wide.sort()).toEqual(Object.keys(WIDE).sort());
});

test('no action has a wildcard', () => {
  const actions = [...stack].flatMap(([id, { type }]) =>
    type === 'AWS::IAM::Role' ? statementsOf(stack, id).flatMap((statement) => statement.actions) : [],
  );
  expect(actions.filter((action) => /[*?]/.test(action))).toEqual([]);
});

const running = { 'ecs:cluster': `${ECS}:cluster/default` };
const toTasks = { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' };

describe('the role of the poll function may not', () => {
  test.each<[string, IamRequest]>([
    [
      'run what it has not registered',
      { action: 'ecs:RunTask', resource: `${ECS}:task-definition/admin:1`, context: running },
    ],
    [
      'run anything in another cluster',
      {
        action: 'ecs:RunTask',
        resource: `${ECS}:task-definition/prefect-1:1`,
        context: { 'ecs:cluster': `${ECS}:cluster/other` },
      },
    ],
    [
      'give a task a role that nobody named',
      { action: 'iam:PassRole', resource: `${IAM}:role/admin`, context: toTasks },
    ],
    [
      'give its roles to anything but tasks',
      {
        action: 'iam:PassRole',
        resource: `${IAM}:role/flows`,
        context: { 'iam:PassedToService': 'lambda.amazonaws.com' },
      },
    ],
    [
      'stop a task in another cluster',
      {
        action: 'ecs:StopTask',
        resource: `${ECS}:task/other/1`,
        context: { 'ecs:cluster': `${ECS}:cluster/other` },
      },
    ],
    [
      'tag a definition with anything else',
      {
        action: 'ecs:TagResource',
        resource: `${ECS}:task-definition/prefect-1:1`,
        context: { 'aws:TagKeys': ['prefect:last-used', 'owner'] },
      },
    ],
    [
      'tag a running task',
      { action: 'ecs:TagResource', resource: `${ECS}:task/default/1`, context: { 'aws:TagKeys': ['owner'] } },
    ],
    [
      'register a definition of a family of others',
      { action: 'ecs:RegisterTaskDefinition', resource: `${ECS}:task-definition/web:*` },
    ],
    ['deregister a definition', { action: 'ecs:DeregisterTaskDefinition', resource: '*' }],
    ['read another parameter', { action: 'ssm:GetParameter', resource: `${KEY}-2` }],
    ['read another object', { action: 's3:GetObject', resource: 'arn:aws:s3:::documents/other' }],
    [
      'write another table',
      { action: 'dynamodb:UpdateItem', resource: 'arn:aws:dynamodb:us-east-1:123456789012:table/other' },
    ],
  ])('%s', (_, request) => {
    expect(isAllowed(poll, request)).toBe(false);
  });
});

test('the role of the health function may read the control record and write its log, no more', () => {
  expect(statementsOf(stack, 'HealthRole').flatMap(({ actions }) => actions)).toEqual([
    'logs:CreateLogStream',
    'logs:PutLogEvents',
    'dynamodb:GetItem',
  ]);
});

test('the role of the function of pokes may mark the control record, invoke the poll function and read its secret, no more', () => {
  const statements = statementsOf(stack, 'PokeRole').slice(1);
  expect(statements.map(({ actions, resources }) => [...actions, ...resources])).toEqual([
    ['dynamodb:UpdateItem', expect.stringMatching(/:table\/\S+-control$/)],
    ['lambda:InvokeFunction', expect.stringMatching(/:function:\S+-poll$/)],
    ['ssm:GetParameter', 'ssm:GetParameters', POKE_SECRET],
  ]);
});

test('roles are taken on by the services that they are for', () => {
  const trust = z.object({
    AssumeRolePolicyDocument: z.object({
      Statement: z.array(z.looseObject({ Principal: z.object({ Service: z.string() }) })),
    }),
  });
  const services = [...stack].flatMap(([id, { type, properties }]) =>
    type === 'AWS::IAM::Role'
      ? [[id, trust.parse(properties).AssumeRolePolicyDocument.Statement.map((s) => s.Principal.Service)]]
      : [],
  );
  expect(Object.fromEntries(services)).toEqual({
    ExecutionRole: ['ecs-tasks.amazonaws.com'],
    PollRole: ['lambda.amazonaws.com'],
    HealthRole: ['lambda.amazonaws.com'],
    PokeRole: ['lambda.amazonaws.com'],
    TaskStoppedRole: ['lambda.amazonaws.com'],
  });
});

const denied = (statements: readonly Statement[], asked: readonly IamRequest[]) =>
  asked.filter((request) => !isAllowed(statements, request));

const actionsOf = (requests: readonly IamRequest[]) =>
  [...new Set(requests.map(({ action }) => action))].sort();

/** What runs look like that name things of their own, as far as the parameters allow. */
const RUN_CONFIGS = [{}, { task_role_arn: `${IAM}:role/heavy-flows` }, { task_definition_arn: 'own:1' }];

test('every call is allowed: launches, their count, the day of a definition, and what became of a task', async () => {
  const { sandbox, start, asked } = await notedFunctions(stack);
  const { prefect1, ecs } = sandbox;
  ecs.putTaskDefinition({
    family: 'own',
    networkMode: 'awsvpc',
    cpu: '256',
    memory: '512',
    requiresCompatibilities: ['FARGATE'],
    executionRoleArn: `${IAM}:role/heavy-flows`,
    containerDefinitions: [
      { name: 'flow', image: 'own', secrets: [{ name: 'PREFECT__CLOUD__API_KEY', valueFrom: KEY }] },
    ],
  });
  const flow = prefect1.createFlow({ name: 'etl' });
  const due = (runConfig: Readonly<Record<string, unknown>> = {}) =>
    prefect1.createFlowRun({ flowId: flow.id, runConfig: { type: 'ECSRun', labels: [], ...runConfig } });
  for (const runConfig of RUN_CONFIGS) due(runConfig);
  expect(await start('poll')({})).toMatchObject({ started: 3, failed: 0 });
  // Another day, another process, and hardly room for more tasks.
  const [own] = ecs.taskDefinitions().filter(({ family }) => family.startsWith('prefect-'));
  const { family, containerDefinitions, cpu, memory, networkMode, executionRoleArn } = own ?? {};
  const definition = { family, containerDefinitions, cpu, memory, networkMode, executionRoleArn };
  ecs.putTaskDefinition({
    ...definition,
    requiresCompatibilities: ['FARGATE'],
    tags: [{ key: 'prefect:last-used', value: '2026-01-01' }],
  });
  due();
  due();
  expect(await start('poll', { PREFECT__CLOUD__AGENT__ECS__MAX_TASKS_IN_FLIGHT: '4' })({})).toMatchObject({
    started: 1,
  });
  const ofPoll = asked();
  expect(denied(poll, ofPoll)).toEqual([]);
  expect(actionsOf(ofPoll)).toEqual([
    'dynamodb:UpdateItem',
    'ecs:DescribeTaskDefinition',
    'ecs:DescribeTasks',
    'ecs:ListTasks',
    'ecs:RegisterTaskDefinition',
    'ecs:RunTask',
    'ecs:TagResource',
    'iam:PassRole',
    'ssm:GetParameter',
  ]);
  // It counts in the same item what stops for a reason that lies in the account.
  const update = ofPoll.filter(({ action }) => action === 'dynamodb:UpdateItem');
  expect(denied(taskStopped, update)).toEqual([]);
  const { promise: event, resolve } = Promise.withResolvers<unknown>();
  ecs.onTaskChange((task) => {
    if (task.lastStatus === 'STOPPED') resolve(taskStateChange(task));
  });
  const client = new ECSClient({ ...AWS, endpoint: ecs.endpoint });
  await client.send(new StopTaskCommand({ task: ecs.tasks()[0]?.taskArn }));
  asked();
  expect(await start('task-stopped')(await event)).toMatchObject({ decision: 'put-back' });
  const ofTaskStopped = asked();
  expect(denied(taskStopped, ofTaskStopped)).toEqual([]);
  expect(actionsOf(ofTaskStopped)).toEqual([
    'dynamodb:GetItem',
    'ecs:DescribeTasks',
    'ecs:ListTasks',
    'ssm:GetParameter',
  ]);
}, 60_000);

test('every call is allowed: the tasks of cancelled runs are looked for and stopped', async () => {
  const { createRun, start, clock, ecs, api } = await recoveryWorld({
    env: { PREFECT__CLOUD__AGENT__ECS__TASK_ROLE_ARN: `${IAM}:role/flows` },
  });
  const id = createRun();
  await start();
  api.cancel(id);
  clock.jump(61);
  await start();
  const asked = ecs.requests.flatMap((request) => permissionsOf(request, ecs.taskDefinitions()));
  expect(denied(poll, asked)).toEqual([]);
  expect(actionsOf(asked)).toContain('ecs:StopTask');
});

/** What has no scenario above. */
const ALLOWED: readonly IamRequest[] = [
  { action: 'ec2:DescribeVpcs', resource: '*' },
  { action: 'ec2:DescribeSubnets', resource: '*' },
  { action: 's3:GetObject', resource: 'arn:aws:s3:::documents/definitions/etl.yaml' },
];

test('every call is allowed: the default network and documents are looked up', () => {
  expect(denied(poll, ALLOWED)).toEqual([]);
});

/** Commands of the SDK that only the command line sends, with the user's own permissions. */
const BY_HAND = [
  'DeregisterTaskDefinition',
  'DescribeClusters',
  'DescribeSecret',
  'FilterLogEvents',
  'GetFunctionConfiguration',
  'Invoke',
  'ListClusters',
  'ListTaskDefinitionFamilies',
  'ListTaskDefinitions',
];

test('there is no call in the code but those that are looked at here', async () => {
  const commands: (string | undefined)[] = [];
  for await (const file of glob('src/**/*.ts')) {
    if (file.includes('sandbox')) continue;
    const text = await readFile(file, 'utf8');
    commands.push(...Array.from(text.matchAll(/new (\w+)Command\(/g), ([, name]) => name));
  }
  expect([...new Set(commands)].sort()).toEqual(
    [
      ...BY_HAND,
      ...['GetItem', 'UpdateItem', 'GetObject', 'GetParameter', 'GetSecretValue'],
      ...['DescribeTaskDefinition', 'DescribeTasks', 'ListTasks', 'RegisterTaskDefinition'],
      ...['RunTask', 'StopTask', 'TagResource'],
    ].sort(),
  );
});
