import { RegisterTaskDefinitionCommand } from '@aws-sdk/client-ecs';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { CallCounter } from '../../../src/call-counter.ts';
import { systemClock } from '../../../src/clock.ts';
import { createAgent } from '../../../src/compose/create-agent.ts';
import { plan } from '../../../src/compose/plan.ts';
import type { FaultPlan } from '../../../src/sandbox/faults.ts';
import { startEcs } from '../../../src/sandbox/ecs/ecs-server.ts';
import { startPrefect1 } from '../../../src/sandbox/prefect1/prefect1-server.ts';
import { loadSettings } from '../../../src/settings/load-settings.ts';
import { httpStandIn, json } from '../../support/http-stand-in.ts';
import { RecordingLogger } from '../../support/recording-logger.ts';
import { stubAws } from '../../support/stub-aws.ts';

const PLAINTEXT = { PREFECT__CLOUD__AGENT__ECS__PLAINTEXT_API_KEY: 'true' };
const SECRET = {
  PREFECT__CLOUD__API_KEY_SECRET: 'arn:aws:ssm:us-east-1:123456789012:parameter/prefect',
  PREFECT__CLOUD__AGENT__ECS__EXECUTION_ROLE_ARN: 'arn:aws:iam::123456789012:role/execution',
};

beforeEach(() => {
  stubAws();
});

/** A Prefect Server with one due run, an ECS, and the agent that these settings describe. */
async function world(runConfig: object, env: Record<string, string> = {}, faults?: FaultPlan) {
  const prefect = await startPrefect1({ clock: systemClock });
  const ecs = await startEcs({ clock: systemClock, runner: undefined, ...(faults && { faults }) });
  onTestFinished(async () => {
    await Promise.all([prefect.close(), ecs.close()]);
  });
  vi.stubEnv('AWS_ENDPOINT_URL_ECS', ecs.endpoint);
  const flow = prefect.createFlow({
    name: 'etl',
    runConfig: { type: 'ECSRun', ...runConfig },
    storage: { type: 'Local' },
  });
  const enqueue = (more: { startTime?: string } = {}) => prefect.createFlowRun({ flowId: flow.id, ...more });
  enqueue();
  const settings = await loadSettings({
    AWS_LAMBDA_FUNCTION_NAME: 'poll',
    PREFECT__BACKEND: 'server',
    PREFECT__CLOUD__API: prefect.endpoint,
    PREFECT__CLOUD__AGENT__ECS__SUBNETS: 'subnet-0a1b2c3d',
    ...env,
  });
  const logger = new RecordingLogger();
  const created = await createAgent(settings, { logger, calls: new CallCounter(), clock: systemClock });
  const register = async (container: object, name = 'flow') => {
    const { ecsClient } = await created.launching();
    return ecsClient.send(
      new RegisterTaskDefinitionCommand({
        family: 'etl',
        networkMode: 'awsvpc',
        cpu: '256',
        memory: '512',
        requiresCompatibilities: ['FARGATE'],
        executionRoleArn: SECRET.PREFECT__CLOUD__AGENT__ECS__EXECUTION_ROLE_ARN,
        containerDefinitions: [{ name, image: 'etl:1', ...container }],
      }),
    );
  };
  const start = () => created.agent.start({ deadlineMs: Date.now() + 60_000 });
  const planned = () => plan(created, systemClock, AbortSignal.timeout(10_000));
  return { ecs, logger, register, enqueue, start, planned };
}

/** An SSM that has this key. */
async function storeKey(key: string) {
  const { endpoint } = await httpStandIn((_, response) => {
    json(response, 200, { Parameter: { Value: key } });
  });
  vi.stubEnv('AWS_ENDPOINT_URL_SSM', endpoint);
}

test.each<[string, Record<string, string>, RegExp[]]>([
  ['no key', PLAINTEXT, []],
  ['a key in a secret', SECRET, []],
  [
    'a key in plain text',
    { ...PLAINTEXT, PREFECT__CLOUD__API_KEY: 'sesame' },
    [/^All tasks get the API key/],
  ],
  [
    'leave for plain text beside a secret',
    { ...PLAINTEXT, ...SECRET },
    [/^A task whose definition lacks the secret gets the API key/],
  ],
])('an agent with %s warns once of what it shows', async (_, env, warnings) => {
  const { logger } = await world({}, env);
  expect(logger.messages('warn')).toEqual(
    warnings.map((warning) => expect.stringMatching(warning) as string),
  );
  expect(logger.messages().join()).not.toContain('sesame');
});

test('overrides that ECS would find too long are launched all the same', async () => {
  const { ecs, start } = await world({ env: { BIG: 'x'.repeat(9000) } });
  await start();
  expect(ecs.tasks()).toHaveLength(1);
});

test('a registered definition without a container `flow` is said to be the run’s fault', async () => {
  const { register, planned } = await world({ task_definition_arn: 'etl' });
  await register({}, 'app');
  expect(await planned()).toMatchObject([
    { action: 'fail', reason: expect.stringContaining('called `flow` in etl, got `app`') as string },
  ]);
});

test.each(['fail', 'cancel'])(
  'a plan says of a run that is too late what becomes of it: %s',
  async (action) => {
    const { planned, enqueue } = await world(
      {},
      {
        ...PLAINTEXT,
        PREFECT__CLOUD__AGENT__MAX_LATENESS_SECONDS: '60',
        PREFECT__CLOUD__AGENT__LATE_RUNS: action,
      },
    );
    enqueue({ startTime: '2026-01-01T00:00:00Z' });
    expect(await planned()).toMatchObject([
      { action, reason: expect.stringContaining('Not launched: it was due at 2026-01-01') as string },
      { action: 'launch' },
    ]);
  },
);

test('a family gets the key once a revision with the secret is registered, also from a warm agent', async () => {
  const { ecs, register, enqueue, start } = await world({ task_definition_arn: 'etl' }, SECRET);
  await storeKey('sesame');
  await register({});
  expect(await start()).toMatchObject({ failed: 1 });
  await register({ secrets: [{ name: 'PREFECT__CLOUD__API_KEY', valueFrom: 'arn:own' }] });
  enqueue();
  expect(await start()).toMatchObject({ started: 1 });
  expect(ecs.tasks()).toHaveLength(1);
});

test('runs that name the same definition have it described once', async () => {
  const { ecs, register, enqueue, start } = await world({ task_definition_arn: 'etl:1' }, PLAINTEXT);
  await register({});
  for (let i = 0; i < 9; i += 1) enqueue();
  expect(await start()).toMatchObject({ started: 10 });
  expect(ecs.calls.DescribeTaskDefinition).toBe(1);
});

test.each([
  ['ClientException', 'Unable to describe task definition.'],
  ['InvalidParameterException', 'Invalid revision number. Number: x'],
])('a definition that ECS does not know fails the run in ECS’s words: %s, %s', async (type, message) => {
  const { start } = await world({ task_definition_arn: 'etl:x' }, PLAINTEXT, ({ operation }) =>
    operation === 'DescribeTaskDefinition' ? { kind: 'error', type, message, when: 'before' } : undefined,
  );
  expect(await start()).toMatchObject({
    failed: 1,
    runs: [{ detail: expect.stringMatching(/has no etl:x: (Unable|Invalid)/) as string }],
  });
});

test('a registered definition with the key’s secret is run as it is', async () => {
  const { ecs, register, start } = await world({ task_definition_arn: 'etl:1' }, SECRET);
  await storeKey('sesame');
  await register({ secrets: [{ name: 'PREFECT__CLOUD__API_KEY', valueFrom: 'arn:own' }] });
  await start();
  expect(ecs.tasks()).toHaveLength(1);
  expect(JSON.stringify(ecs.tasks())).not.toContain('sesame');
});

test('a registered definition without it gets the key in plain text, where that is allowed', async () => {
  const { ecs, register, start } = await world({ task_definition_arn: 'etl:1' }, { ...SECRET, ...PLAINTEXT });
  await storeKey('sesame');
  await register({});
  await start();
  const [container] = ecs.tasks()[0]?.overrides?.containerOverrides ?? [];
  expect(container?.environment).toContainEqual({ name: 'PREFECT__CLOUD__API_KEY', value: 'sesame' });
});

test('a want of the execution role leaves the run in the queue, for the agent lacks it', async () => {
  const { PREFECT__CLOUD__API_KEY_SECRET } = SECRET;
  const { start } = await world({}, { PREFECT__CLOUD__API_KEY_SECRET });
  await storeKey('sesame');
  await expect(start()).rejects.toMatchObject({
    report: {
      runs: [
        {
          outcome: 'left',
          detail: expect.stringMatching(
            /^PREFECT__CLOUD__AGENT__ECS__EXECUTION_ROLE_ARN: expected/,
          ) as string,
        },
      ],
    },
  });
});
