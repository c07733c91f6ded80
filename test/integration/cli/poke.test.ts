import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { expect, onTestFinished, test } from 'vitest';
import { DynamoControlStore } from '../../../src/control/dynamo-control-store.ts';
import { startDynamo } from '../../../src/sandbox/dynamodb.ts';
import { cli } from '../../support/cli.ts';
import { AWS } from '../../support/ecs.ts';
import { httpStandIn, json } from '../../support/http-stand-in.ts';
import { never } from '../../support/prefect1.ts';
import { stubAws } from '../../support/stub-aws.ts';

/** A control table, and a Lambda that only notes what is invoked. */
async function setUp(refusal?: { readonly status: number; readonly type: string }) {
  const dynamo = await startDynamo();
  onTestFinished(() => dynamo.close());
  const invoked: (string | undefined)[] = [];
  const lambda = await httpStandIn(({ url }, response) => {
    invoked.push(url);
    if (refusal === undefined) response.writeHead(202, { 'x-amzn-requestid': 'id-1' }).end();
    else json(response, refusal.status, { Message: 'no' }, { 'x-amzn-errortype': refusal.type });
  });
  stubAws({ AWS_ENDPOINT_URL_DYNAMODB: dynamo.endpoint, AWS_ENDPOINT_URL_LAMBDA: lambda.endpoint });
  const store = new DynamoControlStore(
    new DynamoDBClient({ ...AWS, endpoint: dynamo.endpoint }),
    dynamo.table,
  );
  const run = (command: string, ...argv: string[]) => cli([command, '--table', dynamo.table, ...argv]);
  return { store, run, invoked };
}

test('poke invokes the poll function without waiting, and says under which id', async () => {
  const { store, run, invoked } = await setUp();
  expect(await run('poke', '--stage', 'prod')).toMatchObject({
    code: 0,
    out: 'A poll begins, under the request id id-1.\n',
  });
  expect(invoked).toEqual(['/2015-03-31/functions/serverless-prefect-agent-prod-poll/invocations']);
  expect((await store.read(never)).pokes).toBe(1);
});

test('poke leaves it to the poll that is under way', async () => {
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

test('poke ends with 1 while the agent is paused', async () => {
  const { store, run, invoked } = await setUp();
  await store.pause({ sinceMs: 0, reason: undefined }, never);
  expect(await run('poke')).toMatchObject({ code: 1, out: 'Paused since 1970-01-01T00:00:00.000Z.\n' });
  expect(invoked).toEqual([]);
});

test('poke says what Lambda has against it', async () => {
  const { run } = await setUp({ status: 403, type: 'AccessDeniedException' });
  const { code, err } = await run('poke');
  expect(code).toBe(4);
  expect(err).toContain('Invoking the poll function failed: AccessDeniedException');
  expect(err).toContain('Have the permission for this action added');
});
