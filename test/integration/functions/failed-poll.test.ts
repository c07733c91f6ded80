import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import type { Fault } from '../../../src/sandbox/faults.ts';
import { deployed } from '../../support/deployed.ts';
import { AWS } from '../../support/ecs.ts';
import { freePort } from '../../support/free-port.ts';

test('health is 503 before the first poll, 200 after a good one, and 503 with the reason after a failed one', async () => {
  const state: { fault: Fault | undefined } = { fault: undefined };
  const { poll, health } = await deployed(
    {},
    { faults: ({ operation }) => (operation === 'get_runs_in_queue' ? state.fault : undefined) },
  );
  expect(await health()).toEqual({
    statusCode: 503,
    body: { status: 'fail', output: 'No poll has ended yet.' },
  });
  await poll();
  expect(await health()).toMatchObject({ statusCode: 200, body: { status: 'pass' } });
  state.fault = { kind: 'status', status: 400, when: 'before' };
  const { error } = await poll();
  expect(error).toMatchObject({ errorType: 'PollFailedError' });
  const { statusCode, body } = await health();
  expect(statusCode).toBe(503);
  expect(body.output).toMatch(
    /^The last poll failed, \d s ago: PollFailedError: A poll failed: PrefectApiError: .*HTTP 400/,
  );
});

test('an API that is down at the cold start costs four requests and is recorded, and recovery needs no hand', async () => {
  const state: { fault: Fault | undefined } = { fault: { kind: 'status', status: 502, when: 'before' } };
  const { sandbox, flow, poll, health } = await deployed(
    {},
    {
      faults: ({ service }) => (service === 'prefect' ? state.fault : undefined),
    },
  );
  sandbox.prefect1.createFlowRun({ flowId: flow.id });
  const { error } = await poll();
  expect(error?.errorType).toBe('PrefectApiError');
  expect(error?.errorMessage).toContain('HTTP 502');
  expect(sandbox.prefect1.requests).toHaveLength(4);
  expect(await health()).toMatchObject({
    statusCode: 503,
    body: { output: expect.stringContaining('HTTP 502') as string },
  });
  state.fault = undefined;
  expect((await poll()).result).toMatchObject({ started: 1 });
  expect(await health()).toMatchObject({ statusCode: 200 });
});

test('a record that can’t be read stops the poll before anything is claimed', async () => {
  const { sandbox, flow, poll } = await deployed({
    AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${await freePort()}`,
    AWS_MAX_ATTEMPTS: '1',
  });
  sandbox.prefect1.createFlowRun({ flowId: flow.id });
  const { error } = await poll();
  expect(error).toMatchObject({ errorType: 'AwsError' });
  expect(sandbox.prefect1.requests).toEqual([]);
});

test('a damaged record stops the poll before anything is claimed, and health says what to do', async () => {
  const { sandbox, flow, poll, health } = await deployed();
  sandbox.prefect1.createFlowRun({ flowId: flow.id });
  const { endpoint, table: TableName } = sandbox.dynamo;
  const Item = { id: { S: 'control' }, lastPollMs: { S: 'yesterday' } };
  await new DynamoDBClient({ ...AWS, endpoint }).send(new PutItemCommand({ TableName, Item }));
  expect((await poll()).error).toMatchObject({ errorType: 'AwsError' });
  expect(sandbox.prefect1.requests).toEqual([]);
  const { statusCode, body } = await health();
  expect(statusCode).toBe(503);
  expect(body.output).toContain('Delete the item; the next poll writes a new one.');
});

test('wrong settings are told all at once, by name', async () => {
  const { poll } = await deployed({
    PREFECT__BACKEND: 'cluod',
    PREFECT__CLOUD__AGENT__MAX_POLLS: 'many',
    PREFECT__CLOUD__AGENT__ECS__SUBNETS: 'sg-1',
  });
  const { error } = await poll();
  expect(error?.errorType).toBe('SettingsError');
  for (const name of [
    'PREFECT__BACKEND',
    'PREFECT__CLOUD__AGENT__MAX_POLLS',
    'PREFECT__CLOUD__AGENT__ECS__SUBNETS',
  ]) {
    expect(error?.errorMessage).toContain(name);
  }
});

test('a cloud without a key stops before any request, in the genuine words (conformance 9)', async () => {
  const { sandbox, poll } = await deployed({ PREFECT__BACKEND: 'cloud' });
  const { error } = await poll();
  expect(error?.errorType).toBe('SettingsError');
  expect(error?.errorMessage).toContain('You have not set an API key for authentication');
  expect(error?.errorMessage).toContain('PREFECT__CLOUD__API_KEY');
  expect(error?.errorMessage).toContain('PREFECT__CLOUD__AGENT__AUTH_TOKEN');
  expect(sandbox.prefect1.requests).toEqual([]);
});

test('a misspelt event is refused by name', async () => {
  const { poll } = await deployed();
  const { error } = await poll({ max_polls: 1 });
  expect(error?.errorMessage).toContain('unknown field max_polls');
});
