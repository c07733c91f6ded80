import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { expect, onTestFinished, test } from 'vitest';
import { DynamoControlStore } from '../../../src/control/dynamo-control-store.ts';
import { startDynamo } from '../../../src/sandbox/dynamodb.ts';
import { cli } from '../../support/cli.ts';
import { AWS } from '../../support/ecs.ts';
import { never } from '../../support/prefect1.ts';
import { stubAws } from '../../support/stub-aws.ts';

/** A control table. */
async function setUp() {
  const dynamo = await startDynamo();
  onTestFinished(() => dynamo.close());
  stubAws({ AWS_ENDPOINT_URL_DYNAMODB: dynamo.endpoint });
  const client = new DynamoDBClient({ ...AWS, endpoint: dynamo.endpoint });
  const run = (command: string, ...argv: string[]) => cli([command, '--table', dynamo.table, ...argv]);
  return { store: new DynamoControlStore(client, dynamo.table), run };
}

test('pause and resume write the control record, and say what that means', async () => {
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

test('pause and resume are one JSON document with --json', async () => {
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

test('pause goes by the stage, and says what to do where there is no such table', async () => {
  await setUp();
  const { code, err } = await cli(['pause', '--stage', 'prod']);
  expect(code).toBe(4);
  expect(err).toContain('the control record in the table serverless-prefect-agent-prod-control failed');
  expect(err).toContain('Name the table of the deployment with --stage, --table and --region.');
});
