import { describe, expect, test, vi } from 'vitest';
import { openDynamoControlStore } from '../../../src/control/dynamo-control-store.ts';
import { recordStop } from '../../../src/control/record-stop.ts';
import { type ControlRecord, EMPTY_RECORD } from '../../../src/control/control-record.ts';
import { awsServices, LOG_GROUP } from '../../support/aws-services.ts';
import { stubAws } from '../../support/stub-aws.ts';
import { endedLine, failedLine, reportOf } from '../../support/logged-polls.ts';
import { cli } from '../../support/cli.ts';
import { deployed } from '../../support/deployed.ts';

const SIGNAL = new AbortController().signal;

function record(more: Partial<ControlRecord> = {}): ControlRecord {
  const nowMs = Date.now();
  return { ...EMPTY_RECORD, lastPollMs: nowMs, lastSuccessMs: nowMs, ...more };
}

async function setUp(env: Record<string, string> = {}) {
  const services = await awsServices(env);
  // AWS's own environment is read when a client is made.
  const write = (next: ControlRecord) =>
    openDynamoControlStore(services.dynamo.table).replace(EMPTY_RECORD, next, SIGNAL);
  return { ...services, write };
}

test('shows the state of the agent, its polls, launches and failures', async () => {
  const { logs, write } = await setUp({ PREFECT__CLOUD__AGENT__MAX_LAUNCHES: '50' });
  await write(record());
  const runs = [
    { flowRunId: 'id-1', name: 'owl', detail: 'arn:aws:ecs:us-east-1:1:task/default/aa', lateMs: 1200 },
    { flowRunId: 'id-2', name: 'fox', outcome: 'failed', detail: 'no image' },
  ];
  logs.write(LOG_GROUP, endedLine(reportOf(runs, { claimed: 2, failed: 1 })));
  logs.write(LOG_GROUP, failedLine('PrefectApiError', 'Prefect API, hello: refused'));
  const { code, out, err } = await cli(['status']);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toMatch(/^Function +serverless-prefect-agent-dev-poll\nHealth +healthy\n/);
  expect(out).toMatch(/^Circuit +closed$/m);
  expect(out).toMatch(/^Caps +50 launches an invocation$/m);
  expect(out).toContain('2 polls with an end in the log, 1 failed; 1 flow runs started.');
  expect(out).toMatch(/^\d+ ms +0 +0 +0 +0 +0 +0 +PrefectApiError: Prefect API, hello: refused$/m);
  expect(out).toMatch(/^\d+ ms +2 +2 +1 +0 +0 +1$/m);
  expect(out).toMatch(/^\d+ ms +owl +id-1 +1\.2 s late +task\/default\/aa$/m);
  expect(out).toMatch(/^\d+ ms +fox +id-2 +failed +no image$/m);
});

test('--json tells the same to machines', async () => {
  const { logs, write } = await setUp();
  await write(record({ lastFailure: 'AwsError: denied' }));
  logs.write(
    LOG_GROUP,
    endedLine(reportOf([{ flowRunId: 'id-1' }], { overLimit: 'PREFECT__CLOUD__AGENT__MAX_LAUNCHES' })),
  );
  const { code, out } = await cli(['status', '--json']);
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({
    function: 'serverless-prefect-agent-dev-poll',
    health: { healthy: false, reason: expect.stringContaining('AwsError: denied') as unknown },
    control: { lastFailure: 'AwsError: denied', circuit: null, stops: null, notBefore: null, paused: null },
    caps: { maxLaunches: null },
    recent: {
      count: 1,
      polls: [{ requestId: 'r-1', failure: null, limits: ['PREFECT__CLOUD__AGENT__MAX_LAUNCHES'] }],
      launches: [{ flowRunId: 'id-1', outcome: 'started' }],
      failures: [],
    },
    unread: [],
  });
});

test('an open circuit and a quiet that Prefect asked for are told', async () => {
  const { logs, write } = await setUp();
  const circuit = { failures: 3, reason: 'no such cluster', openedAtMs: Date.now() };
  await write(record({ circuit, notBeforeMs: Date.now() + 60_000 }));
  logs.write(LOG_GROUP, endedLine());
  const { out } = await cli(['status']);
  expect(out).toMatch(
    /^Circuit +open since .*, 3 invocations in a row could launch nothing: no such cluster$/m,
  );
  expect(out).toMatch(/^Left alone +until .*, as Prefect asked$/m);
});

test('tasks that stop for a reason of the account are told where the circuit is, as health tells them', async () => {
  const { dynamo, write } = await setUp();
  await write(record());
  const store = openDynamoControlStore(dynamo.table);
  const nowMs = Date.now();
  for (const [i, reason] of ['no route', 'no secret', 'no secret'].entries()) {
    const heard = { atMs: nowMs - 3000 + i, startedMs: undefined, accountsReason: reason };
    expect((await cli(['status'])).out).toMatch(/^Circuit +closed$/m);
    await recordStop(store, await store.read(SIGNAL), heard, SIGNAL);
  }
  const { out } = await cli(['status']);
  const what = '3 tasks in a row stopped for a reason that lies in the account';
  expect(out).toMatch(new RegExp(`^Health +unhealthy: ${what}: no secret$`, 'm'));
  expect(out).toMatch(new RegExp(`^Circuit +open, ${what} since .* ago: no secret$`, 'm'));
  expect(JSON.parse((await cli(['status', '--json'])).out)).toMatchObject({
    health: { healthy: false },
    control: {
      circuit: null,
      stops: { count: 3, reason: 'no secret', since: new Date(nowMs - 3000).toISOString() },
    },
  });
});

test('a pause is told, with its reason', async () => {
  const { dynamo, write } = await setUp();
  await write(record());
  await openDynamoControlStore(dynamo.table).pause({ sinceMs: Date.now(), reason: 'moving' }, SIGNAL);
  expect((await cli(['status'])).out).toMatch(/^Paused +since .* ago: moving$/m);
});

test('reads what the built function itself has logged and recorded', async () => {
  const { sandbox, flow, poll, logs: lines } = await deployed();
  const { id } = sandbox.prefect1.createFlowRun({ flowId: flow.id });
  await poll();
  const { logs } = await awsServices({ PREFECT__CLOUD__AGENT__CONTROL_TABLE: sandbox.dynamo.table });
  vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', sandbox.dynamo.endpoint);
  await vi.waitFor(() => {
    expect(lines.join('\n')).toContain('Poll ended');
  });
  for (const line of lines) logs.write(LOG_GROUP, line);
  const { out } = await cli(['status', '--json']);
  expect(JSON.parse(out)).toMatchObject({
    health: { healthy: true },
    recent: { count: 1, startedCount: 1, launches: [{ flowRunId: id, outcome: 'started' }] },
  });
});

test('the newest polls are kept of many, over all pages', async () => {
  const { logs } = await awsServices({}, { pageSize: 7 });
  for (let i = 0; i < 30; i += 1) logs.write(LOG_GROUP, endedLine(reportOf([{ flowRunId: `id-${i}` }])));
  const { recent } = JSON.parse((await cli(['status', '--json'])).out) as {
    recent: { count: number; polls: unknown[]; launches: { flowRunId: string }[] };
  };
  expect(recent.count).toBe(30);
  expect(recent.polls).toHaveLength(20);
  expect(recent.launches[0]?.flowRunId).toBe('id-29');
});

test('a run that was started after all is no failure any more', async () => {
  const { logs } = await awsServices();
  logs.write(LOG_GROUP, endedLine(reportOf([{ flowRunId: 'id-1', outcome: 'put-back', detail: 'no room' }])));
  logs.write(LOG_GROUP, endedLine(reportOf([{ flowRunId: 'id-1' }])));
  expect(JSON.parse((await cli(['status', '--json'])).out)).toMatchObject({
    recent: { launches: [{ flowRunId: 'id-1' }], failures: [] },
  });
});

describe('what can’t be read', () => {
  test('is named, the rest is shown, and the exit code is 4', async () => {
    const { logs, write } = await setUp();
    await write(record());
    logs.failNext('AccessDeniedException', 'User is not authorized to perform: logs:FilterLogEvents');
    const { code, out } = await cli(['status']);
    expect(code).toBe(4);
    expect(out).toMatch(/^Health +healthy$/m);
    expect(out).toContain(
      `not read: Could not read the log group ${LOG_GROUP}: AccessDeniedException: User is`,
    );
    expect(out).toContain('Have logs:FilterLogEvents on this log group added');
  });

  test('no deployment under the name', async () => {
    await awsServices();
    const { code, out } = await cli(['status', '--stage', 'prod']);
    expect(code).toBe(4);
    expect(out).toContain(
      'not read: Could not read the configuration of the function serverless-prefect-agent-prod-poll',
    );
    expect(out).toContain('see --stage, --function-name and --region');
  });

  test('no credentials end it with what to do', async () => {
    stubAws({ AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined });
    const { code, err } = await cli(['status']);
    expect(code).toBe(4);
    expect(err).toContain('Reading what the agent did failed: CredentialsProviderError');
    expect(err).toContain('aws sso login');
  });
});

test('nothing from outside steers the terminal', async () => {
  const { logs, write } = await setUp();
  await write(record({ lastFailure: '\u001b[31mred' }));
  logs.write(
    LOG_GROUP,
    endedLine(reportOf([{ flowRunId: 'id', name: '\u001b]0;x\u0007', detail: '\u009b2J' }])),
  );
  const { out } = await cli(['status']);
  expect(out).not.toMatch(/[^\P{Cc}\n]/u);
});

test.each(['1', 'x', '0s', '8d', '-1h'])('--since %j is wrong usage', async (since) => {
  const { code, err } = await cli(['status', `--since=${since}`]);
  expect(code).toBe(2);
  expect(err).toContain('Expected a time such as 90s, 30m, 2h or 1d');
});
