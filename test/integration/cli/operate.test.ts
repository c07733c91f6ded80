import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { DynamoControlStore } from '../../../src/control/dynamo-control-store.ts';
import { startDynamo } from '../../../src/sandbox/dynamodb.ts';
import { cli } from '../../support/cli.ts';
import { AWS } from '../../support/ecs.ts';
import { httpStandIn, json } from '../../support/http-stand-in.ts';
import { never } from '../../support/prefect1.ts';

beforeEach(() => {
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAEXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'example');
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
  return () => vi.unstubAllEnvs();
});

/** A control table, and a Lambda that only notes what is invoked. */
async function setUp(refusal?: { readonly status: number; readonly type: string }) {
  const dynamo = await startDynamo();
  onTestFinished(() => dynamo.close());
  vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', dynamo.endpoint);
  const invoked: (string | undefined)[] = [];
  const lambda = await httpStandIn(({ url }, response) => {
    invoked.push(url);
    if (refusal === undefined) response.writeHead(202, { 'x-amzn-requestid': 'id-1' }).end();
    else json(response, refusal.status, { Message: 'no' }, { 'x-amzn-errortype': refusal.type });
  });
  vi.stubEnv('AWS_ENDPOINT_URL_LAMBDA', lambda.endpoint);
  const store = new DynamoControlStore(
    new DynamoDBClient({ ...AWS, endpoint: dynamo.endpoint }),
    dynamo.table,
  );
  const run = (command: string, ...argv: string[]) => cli([command, '--table', dynamo.table, ...argv]);
  return { store, run, invoked };
}

describe('pause and resume', () => {
  test('write the control record, and say what that means', async () => {
    const { store, run } = await setUp();
    const paused = await run('pause', '--reason', 'new cluster');
    expect(paused).toMatchObject({ code: 0, err: '' });
    expect(paused.out).toMatch(/^Paused since \d{4}-.*Z: new cluster\nNothing more is claimed; /);
    expect((await store.read(never)).paused).toMatchObject({ reason: 'new cluster' });
    expect((await run('resume')).out).toMatch(
      /^Resumed with the next poll; .* Paused since .*: new cluster\n$/,
    );
    expect((await store.read(never)).paused).toBeUndefined();
    expect((await run('resume')).out).toBe('The agent was not paused.\n');
  });

  test('are one JSON document with --json', async () => {
    const { run } = await setUp();
    expect(JSON.parse((await run('pause', '--json')).out)).toEqual({
      table: 'sandbox-control',
      paused: true,
      since: expect.stringMatching(/^\d{4}-/) as string,
    });
    expect(JSON.parse((await run('resume', '--json')).out)).toEqual({
      table: 'sandbox-control',
      paused: false,
      wasPaused: true,
    });
  });

  test('go by the stage, and say what to do where there is no such table', async () => {
    await setUp();
    const { code, err } = await cli(['pause', '--stage', 'prod']);
    expect(code).toBe(4);
    expect(err).toContain('the control record in the table serverless-prefect-agent-prod-control failed');
    expect(err).toContain('Name the table of the deployment with --stage, --table and --region.');
  });
});

describe('poke', () => {
  test('invokes the poll function without waiting, and says under which id', async () => {
    const { store, run, invoked } = await setUp();
    expect(await run('poke', '--stage', 'prod')).toMatchObject({
      code: 0,
      out: 'A poll begins, under the request id id-1.\n',
    });
    expect(invoked).toEqual(['/2015-03-31/functions/serverless-prefect-agent-prod-poll/invocations']);
    expect((await store.read(never)).pokes).toBe(1);
  });

  test('leaves it to the poll that is under way', async () => {
    const { store, run, invoked } = await setUp();
    await store.begin(Date.now() + 30_000, never);
    const { code, out } = await run('poke', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual({
      functionName: 'serverless-prefect-agent-dev-poll',
      table: 'sandbox-control',
      status: 'polling',
    });
    expect(invoked).toEqual([]);
  });

  test('ends with 1 while the agent is paused', async () => {
    const { store, run, invoked } = await setUp();
    await store.pause({ sinceMs: 0, reason: undefined }, never);
    expect(await run('poke')).toMatchObject({ code: 1, out: 'Paused since 1970-01-01T00:00:00.000Z.\n' });
    expect(invoked).toEqual([]);
  });

  test('says what Lambda has against it', async () => {
    const { run } = await setUp({ status: 403, type: 'AccessDeniedException' });
    const { code, err } = await run('poke');
    expect(code).toBe(4);
    expect(err).toContain('Invoking the poll function failed: AccessDeniedException');
    expect(err).toContain('Have the permission for this action added');
  });
});
