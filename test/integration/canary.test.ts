import { readdir, readFile } from 'node:fs/promises';
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { expect, onTestFinished, test, vi } from 'vitest';
import { CallCounter } from '../../src/call-counter.ts';
import { systemClock } from '../../src/clock.ts';
import { createAgent } from '../../src/compose/create-agent.ts';
import type { Fault, FaultPlan } from '../../src/sandbox/faults.ts';
import { loadSettings } from '../../src/settings/load-settings.ts';
import { ALL_KEYS } from '../../src/settings/key-names.ts';
import { cli } from '../support/cli.ts';
import { deployed } from '../support/deployed.ts';
import { Findings } from '../support/findings.ts';
import { httpStandIn, json } from '../support/http-stand-in.ts';
import { KEY } from '../support/prefect1.ts';
import { RecordingLogger } from '../support/recording-logger.ts';
import { role, SECRET_ARN } from '../support/task-request.ts';

const ECS = 'PREFECT__CLOUD__AGENT__ECS__';

const refused = (status: number, message: string): Fault => ({
  kind: 'status',
  status,
  body: JSON.stringify({ errors: [{ message, extensions: { code: 'INTERNAL' } }], data: null }),
  headers: { 'content-type': 'application/json' },
  when: 'before',
});

const ECHO = `Malformed header Authorization: Bearer ${KEY}`;

/** A server that repeats the key in whatever it says, and an ECS that quotes the requests it refuses. */
const FAULTS: readonly (readonly [operation: string, fault: Fault])[] = [
  ['tenant', refused(401, ECHO)],
  ['get_runs_in_queue', refused(200, ECHO)],
  ['get_runs_in_queue', refused(400, ECHO)],
  [
    'set_flow_run_states',
    {
      kind: 'status',
      status: 200,
      body: JSON.stringify({ data: { s0: { states: [{ id: 'x', status: 'FAILED', message: ECHO }] } } }),
      headers: { 'content-type': 'application/json' },
      when: 'before',
    },
  ],
  ['set_flow_run_states', { kind: 'error', type: 'INTERNAL', message: ECHO, when: 'before' }],
  ['RunTask', { kind: 'error', type: 'ClientException', message: `Bad value ${KEY}`, when: 'before' }],
  ['RunTask', { kind: 'error', type: 'AccessDeniedException', message: `Denied: ${KEY}`, when: 'before' }],
  ['RunTask', { kind: 'failures', reason: `RESOURCE:${KEY}` }],
  ['write_run_logs', refused(200, ECHO)],
];

/** ECS can only quote a key that it was given. */
const faultsFor = ({ PREFECT__CLOUD__API_KEY: key }: Record<string, string>) =>
  FAULTS.filter(([operation]) => key !== undefined || operation !== 'RunTask');

/** Plays everything that the agent does, once as it should be and once with each fault. */
async function play(keyEnv: Record<string, string>, findings: Findings) {
  let current: readonly [string, Fault] | undefined;
  const faults: FaultPlan = ({ operation }) => (operation === current?.[0] ? current[1] : undefined);
  const world = await deployed({ ...keyEnv, PREFECT__CLOUD__AGENT__LEVEL: 'DEBUG' }, { faults });
  const { sandbox, flow } = world;
  const queue = (runConfig: object = { type: 'ECSRun' }) =>
    sandbox.prefect1.createFlowRun({ flowId: flow.id, runConfig: { ...runConfig } });
  const round = async (name: string) => {
    queue();
    findings.add(`${name}: plan`, await world.poll({ dryRun: true }));
    findings.add(`${name}: poll`, await world.poll({ maxPolls: 1 }));
    findings.add(`${name}: health`, await world.health());
  };
  await round('as it should be');
  queue({ type: 'ECSRun', cpu: 5, image: KEY.length });
  await round('a bad run config');
  await playCli(world, keyEnv, findings, (fault) => (current = fault));
  for (const [operation, fault] of faultsFor(keyEnv)) {
    if (operation === 'tenant') await world.cool();
    current = [operation, fault];
    await round(`${operation}, ${fault.kind}`);
    current = undefined;
  }
  findings.add('a bad event', await world.poll({ maxPolls: 'x' }));
  findings.add('the functions’ logs', world.logs);
  for (const run of sandbox.prefect1.flowRuns()) {
    findings.add('a state', run.serialized_state);
    findings.add('a run’s log', sandbox.prefect1.logs(run.id));
  }
  for (const { variables } of sandbox.prefect1.requests) findings.add('a request to Prefect', variables);
  findings.add('task definitions', sandbox.ecs.taskDefinitions());
  const { dynamo } = sandbox;
  const config = { endpoint: dynamo.endpoint, region: 'us-east-1' };
  const { Items } = await new DynamoDBClient(config).send(new ScanCommand({ TableName: dynamo.table }));
  findings.add('the control record', Items);
  return world;
}

async function playCli(
  { sandbox, poll, logs }: Awaited<ReturnType<typeof deployed>>,
  keyEnv: Record<string, string>,
  findings: Findings,
  setFault: (fault: (typeof FAULTS)[number] | undefined) => void,
) {
  const env = { ...sandbox.functionEnv, ...keyEnv };
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  onTestFinished(() => void vi.unstubAllEnvs());
  const debug = ['--debug', '--log-level', 'DEBUG'];
  for (const [name, fault] of [
    ['well', undefined] as const,
    ['refused', FAULTS[1]] as const,
    ['401', FAULTS[2]] as const,
  ]) {
    setFault(fault);
    findings.add(`agent plan, ${name}`, await cli(['plan', ...debug], env));
    findings.add(`agent plan --json, ${name}`, await cli(['plan', '--json'], env));
    findings.add(`agent run, ${name}`, await cli(['run', ...debug], env));
  }
  const wrong = {
    ...env,
    PREFECT__CLOUD__API_KEY: KEY,
    PREFECT__BACKEND: KEY,
    [`${ECS}LAUNCH_TYPE`]: '$PREFECT__CLOUD__API_KEY',
  };
  findings.add('agent run, wrong settings', await cli(['run', ...debug], wrong));
  const lambda = await httpStandIn((_, response) => {
    void poll().then(({ result, error }) => {
      const headers = {
        'x-amz-log-result': Buffer.from(logs.slice(-20).join('\n')).toString('base64'),
        ...(error && { 'x-amz-function-error': 'Unhandled' }),
      };
      json(response, 200, error ?? result, headers);
    });
  });
  findings.add('agent invoke', await cli(['invoke', '--endpoint-url', lambda.endpoint], env));
  setFault(undefined);
}

/** SSM with one parameter that holds the key. */
async function ssm() {
  const { endpoint } = await httpStandIn((_, response) => {
    json(response, 200, { Parameter: { Name: 'prefect', Type: 'SecureString', Value: KEY } });
  });
  return endpoint;
}

test('a key in a secret is in nothing that comes out, the requests to ECS included', async () => {
  const findings = new Findings();
  const { sandbox } = await play(
    {
      PREFECT__CLOUD__API_KEY_SECRET: SECRET_ARN,
      [`${ECS}EXECUTION_ROLE_ARN`]: role('execution'),
      AWS_ENDPOINT_URL_SSM: await ssm(),
    },
    findings,
  );
  findings.add('the requests to ECS', sandbox.ecs.requests);
  const sent = sandbox.prefect1.requests.map(({ headers }) => headers.authorization);
  expect(sent).toContain(`Bearer ${KEY}`);
  expect(sandbox.ecs.calls['RunTask']).toBeGreaterThan(3);
  expect(findings.leaks()).toEqual([]);
});

test('a key that tasks may get in plain text is in their environment and nowhere else', async () => {
  const findings = new Findings();
  const { sandbox } = await play(
    { PREFECT__CLOUD__API_KEY: KEY, [`${ECS}PLAINTEXT_API_KEY`]: 'true' },
    findings,
  );
  for (const { operation, input } of sandbox.ecs.requests) {
    if (operation !== 'RunTask') findings.add(operation, input);
  }
  expect(JSON.stringify(sandbox.ecs.requests)).toContain(KEY);
  expect(findings.leaks()).toEqual([]);
});

test('a logger that prints the settings would be found out', async () => {
  const env = {
    PREFECT__BACKEND: 'server',
    PREFECT__CLOUD__API_KEY: KEY,
    [`${ECS}PLAINTEXT_API_KEY`]: 'true',
    PREFECT__CLOUD__API: 'http://127.0.0.1:1',
  };
  const settings = await loadSettings({ AWS_LAMBDA_FUNCTION_NAME: 'poll', ...env });
  const findings = new Findings();
  const talkative = new RecordingLogger();
  const { apiKey } = settings.prefect;
  const print = (shown: unknown) => {
    talkative.info('Settings', { shown });
    findings.add('logs', talkative.entries);
    return findings.leaks();
  };
  const { agent } = await createAgent(settings, {
    logger: talkative,
    calls: new CallCounter(),
    clock: systemClock,
  });
  expect(print({ settings, agent: agent.name })).toEqual([]);
  expect(print(env)).toEqual(['logs']);
  expect(print(apiKey?.kind === 'value' && apiKey.value.reveal())).toEqual(['logs', 'logs']);
});

test('the template has no place for a key, only for the ARN of its secret', async () => {
  const names = ALL_KEYS.flatMap((key) => key.names);
  const parts = (await readdir('infra')).filter((name) => name.endsWith('.yml'));
  for (const path of ['serverless.yml', ...parts.map((name) => `infra/${name}`)]) {
    const template = await readFile(path, 'utf8');
    for (const name of names) expect(template, path).not.toMatch(new RegExp(`\\b${name}\\b`));
  }
});
