import type { ServerResponse } from 'node:http';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { PollTally, type RunOutcome } from '../../../src/agent/poll-report.ts';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { invokePoll } from '../../../src/cli/invoke-poll.ts';
import { cli } from '../../support/cli.ts';
import { freePort } from '../../support/free-port.ts';
import { httpStandIn, json } from '../../support/http-stand-in.ts';
import { stubAws } from '../../support/stub-aws.ts';

const LOG_ENTRY = { level: 'INFO', message: 'Poll ended', timestamp: '2026-11-23T12:00:01.000Z' };
const LOG = `START RequestId: 1\n${JSON.stringify(LOG_ENTRY)}\nREPORT RequestId: 1\n`;

beforeEach(() => {
  stubAws();
});

interface Received {
  readonly url: string | undefined;
  readonly body: unknown;
  readonly logType: unknown;
  readonly invocationType: unknown;
}

/** Lambda's Invoke, answering each request the same. */
async function lambda(answer: (response: ServerResponse) => void) {
  const received: Received[] = [];
  const { endpoint } = await httpStandIn((request, response) => {
    const { url, body, headers } = request;
    const logType = headers['x-amz-log-type'];
    received.push({ url, body, logType, invocationType: headers['x-amz-invocation-type'] });
    answer(response);
  });
  const invoke = (...argv: string[]) => cli(['invoke', '--endpoint-url', endpoint, ...argv]);
  return { received, invoke };
}

function returns(payload: unknown, headers: Record<string, string> = {}) {
  const log = Buffer.from(LOG).toString('base64');
  return lambda((response) => {
    json(response, 200, payload, { 'x-amz-log-result': log, ...headers });
  });
}

const throws = (errorType: string, errorMessage: string) =>
  returns({ errorType, errorMessage, trace: ['at x'] }, { 'x-amz-function-error': 'Unhandled' });

function refuses(status: number, type: string, message: string) {
  return lambda((response) => {
    json(response, status, { Message: message }, { 'x-amzn-errortype': type });
  });
}

function polled(...outcomes: RunOutcome[]) {
  const tally = new PollTally();
  Object.assign(tally, { polls: 2, found: outcomes.length, claimed: outcomes.length });
  for (const [i, outcome] of outcomes.entries())
    tally.add({ id: `id-${i}`, name: `owl-${i}` }, outcome, 'why', 40);
  const calls = { prefect: { GetRuns: 3 }, ecs: { RunTask: 1 } };
  return { agent: 'lambda', durationMs: 1200, calls, dryRun: false, ...tally.report() };
}

const PLANNED = {
  agent: 'lambda',
  durationMs: 100,
  calls: { prefect: {}, ecs: {} },
  dryRun: true,
  runs: [
    {
      flowRunId: 'id-1',
      name: 'owl',
      startTime: '2026-11-23T12:00:00.000Z',
      action: 'launch',
      taskDefinition: 'prefect-1',
      runTask: { cluster: 'c' },
    },
    { flowRunId: 'id-2', name: '', startTime: '', action: 'fail', reason: 'no image' },
  ],
};

describe('a poll that came to its end', () => {
  test('is a table and sums on stdout, its log on stderr', async () => {
    const { invoke } = await returns(polled('started', 'started'));
    const { code, out, err } = await invoke();
    expect(code).toBe(0);
    expect(out).toMatch(
      /^FLOW RUN .*\nowl-0 {5}id-0 {2}started {2}40 ms late {2}why\nowl-1 .*\n\n2 polls: 2 found/,
    );
    expect(out).toContain('1.2 s, 3 calls of the Prefect API, 1 of ECS.\n');
    expect(err).toBe('12:00:01Z INFO  Poll ended\nREPORT RequestId: 1\n');
  });

  test('says what people should know of the agent', async () => {
    const notes = ['Prefect asked to be left alone until 2026-11-23T12:00:00.000Z.'];
    const { invoke } = await returns({ ...polled(), notes });
    expect((await invoke()).out).toContain(`${notes[0]}\n1.2 s, 3 calls`);
  });

  test.each<[RunOutcome]>([['failed'], ['put-back'], ['unknown']])(
    'with a run %s ends with 5',
    async (outcome) => {
      const { invoke } = await returns(polled('started', outcome));
      expect((await invoke()).code).toBe(5);
    },
  );

  test('is one JSON document with --json, the raw log inside', async () => {
    const { invoke } = await returns(polled('lost'));
    const { code, out, err } = await invoke('--json');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(JSON.parse(out)).toEqual({
      functionName: 'serverless-prefect-agent-dev-poll',
      kind: 'result',
      result: polled('lost'),
      log: LOG,
    });
  });
});

test('a dry run asks for a plan and shows it', async () => {
  const { invoke, received } = await returns(PLANNED);
  const { code, out } = await invoke('--dry-run', '--max-polls', '2');
  expect(received[0]?.body).toEqual({ dryRun: true, maxPolls: 2 });
  expect(code).toBe(0);
  expect(out).toMatch(
    /^owl id-1\n {2}starts: [^]* {2}cluster: c\n[^]* {2}fails: no image\n[^]*2 flow runs are due\./,
  );
});

test.each([
  [[], 'serverless-prefect-agent-dev-poll'],
  [['--stage', 'prod'], 'serverless-prefect-agent-prod-poll'],
  [['--function-name', 'mine'], 'mine'],
])('with %j it invokes %s, waits for it and asks for its log', async (argv, name) => {
  const { invoke, received } = await returns(polled());
  await invoke(...argv);
  expect(received).toEqual([
    {
      url: `/2015-03-31/functions/${name}/invocations`,
      body: {},
      logType: 'Tail',
      invocationType: 'RequestResponse',
    },
  ]);
});

describe('an error of the function', () => {
  test.each([
    ['SettingsError', 'PREFECT__CLOUD__API (environment): expected a URL', 2],
    ['PrefectApiError', 'Prefect API, RegisterAgent: HTTP 401', 3],
    ['AwsError', 'Expected the API key in arn', 4],
    ['PollFailedError', 'A poll failed: PrefectApiError: HTTP 500', 3],
    ['PollFailedError', 'None of 2 claimed flow run(s) could be started', 5],
    ['TypeError', 'x is undefined', 1],
  ])('%s "%s" ends with %i', async (type, message, expected) => {
    const { invoke } = await throws(type, message);
    const { code, out, err } = await invoke();
    expect({ code, out }).toEqual({ code: expected, out: '' });
    expect(err).toContain('Poll ended');
    expect(err).toContain(`error: ${type}: ${message}\n`);
    expect(err).not.toContain('at x');
  });

  test('without a type, as for a time-out, ends with 1', async () => {
    const payload = { errorMessage: '2026-11-23 Task timed out after 60.00 seconds' };
    const { invoke } = await returns(payload, { 'x-amz-function-error': 'Unhandled' });
    const { code, err } = await invoke();
    expect(code).toBe(1);
    expect(err).toContain('error: 2026-11-23 Task timed out after 60.00 seconds\n');
  });

  test('that says nothing is still an error', async () => {
    const { invoke } = await returns('what?', { 'x-amz-function-error': 'Unhandled' });
    const { code, err } = await invoke();
    expect(code).toBe(1);
    expect(err).toContain('error: the function failed (Unhandled)');
  });

  test('is in the document with --json', async () => {
    const { invoke } = await throws('AwsError', 'denied');
    const { code, out } = await invoke('--json');
    expect(code).toBe(4);
    expect(JSON.parse(out)).toMatchObject({
      kind: 'error',
      error: { type: 'AwsError', message: 'denied' },
      log: LOG,
    });
  });
});

test.each([
  [404, 'ResourceNotFoundException', 'Function not found', 'npx serverless deploy'],
  [429, 'TooManyRequestsException', 'Rate Exceeded.', 'Try again in a minute'],
  [403, 'AccessDeniedException', 'not authorized', 'permission'],
  [403, 'ExpiredTokenException', 'The token is expired', 'aws sso login'],
  [403, 'UnrecognizedClientException', 'The security token is invalid', 'aws sso login'],
  [500, 'ServiceException', 'oops', 'oops'],
])(
  'Lambda answers %i %s: 4, said once what to do, never sent twice',
  async (status, type, message, advice) => {
    const { invoke, received } = await refuses(status, type, message);
    const { code, out, err } = await invoke();
    expect({ code, out, requests: received.length }).toEqual({ code: 4, out: '', requests: 1 });
    expect(err).toMatch(/^error: Invoking serverless-prefect-agent-dev-poll failed: /);
    expect(err).toContain(message);
    expect(err).toContain(advice);
    expect(err).not.toMatch(/^ +at /m);
  },
);

test.each([
  ['text', 'hello'],
  ['nothing', null],
  ['a result of another shape', { ...polled('started'), claimed: 'many' }],
  [
    'an outcome of the future',
    { ...polled(), runs: [{ flowRunId: 'x', name: 'x', outcome: 'held', detail: '' }] },
  ],
  ['a plan without runs', { ...PLANNED, runs: undefined }],
])('%s instead of a result ends with 1', async (_, payload) => {
  const { invoke } = await returns(payload);
  const { code, out, err } = await invoke();
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toContain('Expected the result of a poll from serverless-prefect-agent-dev-poll');
});

test('an answer that is no JSON ends with 1', async () => {
  const { invoke } = await lambda((response) => response.end('<html>'));
  const { code, err } = await invoke();
  expect(code).toBe(1);
  expect(err).toContain('Expected the result of a poll');
});

test('nobody at the endpoint ends with 4', async () => {
  const endpoint = `http://127.0.0.1:${await freePort()}`;
  const { code, err } = await cli(['invoke', '--endpoint-url', endpoint]);
  expect(code).toBe(4);
  expect(err).toContain('ECONNREFUSED');
  expect(err).toContain('the endpoint');
});

test.each([
  ['no region', { AWS_REGION: undefined }, 'AWS_REGION'],
  ['no credentials', { AWS_ACCESS_KEY_ID: undefined }, 'aws sso login'],
])('%s ends with 4 and what to set', async (_, env, advice) => {
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  const { invoke, received } = await returns(polled());
  const { code, err } = await invoke();
  expect({ code, requests: received.length }).toEqual({ code: 4, requests: 0 });
  expect(err).toContain(advice);
});

test('a function that takes too long may still be at work, and the error says so', async () => {
  const { endpoint, requests } = await httpStandIn(() => undefined);
  const requestHandler = { requestTimeout: 50, throwOnRequestTimeout: true };
  const client = new LambdaClient({ endpoint, maxAttempts: 1, requestHandler });
  const error = await invokePoll(client, 'mine', {}).catch(String);
  expect(error).toMatch(/^AwsError: Invoking mine failed: TimeoutError: .*may still be at work/);
  expect(requests()).toBe(1);
});
