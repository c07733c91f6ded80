import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { ControlStore } from '../../../src/control/control-record.ts';
import { createControlStore } from '../../../src/control/create-control-store.ts';
import { DynamoControlStore } from '../../../src/control/dynamo-control-store.ts';
import { AwsError } from '../../../src/errors.ts';
import { startDynamo } from '../../../src/sandbox/dynamodb.ts';
import { AWS } from '../../support/ecs.ts';
import { freePort } from '../../support/free-port.ts';
import { never } from '../../support/prefect1.ts';

const dynamo = async () => {
  const sandbox = await startDynamo();
  onTestFinished(() => sandbox.close());
  const { endpoint, table } = sandbox;
  const client = new DynamoDBClient({ ...AWS, endpoint });
  return { client, table, store: new DynamoControlStore(client, table) };
};

const stores: [name: string, create: () => Promise<ControlStore>][] = [
  ['in DynamoDB', async () => (await dynamo()).store],
  ['in memory', () => createControlStore(undefined)],
];

describe.each(stores)('the control record %s', (_, create) => {
  test('is absent before the first poll', async () => {
    expect(await (await create()).read(never)).toBeUndefined();
  });

  test('remembers the last success while polls fail, and forgets the failure at the next success', async () => {
    const store = await create();
    await store.recordPoll({ atMs: 1000, failure: undefined }, never);
    await store.recordPoll({ atMs: 2000, failure: 'db down' }, never);
    expect(await store.read(never)).toEqual({
      lastPollMs: 2000,
      lastSuccessMs: 1000,
      lastFailure: 'db down',
    });
    await store.recordPoll({ atMs: 3000, failure: undefined }, never);
    expect(await store.read(never)).toEqual({
      lastPollMs: 3000,
      lastSuccessMs: 3000,
      lastFailure: undefined,
    });
  });

  test('knows no success before there was one', async () => {
    const store = await create();
    await store.recordPoll({ atMs: 1000, failure: 'db down' }, never);
    expect(await store.read(never)).toEqual({
      lastPollMs: 1000,
      lastSuccessMs: undefined,
      lastFailure: 'db down',
    });
  });

  test('is not set back by an invocation that ended earlier and wrote later', async () => {
    const store = await create();
    await store.recordPoll({ atMs: 2000, failure: undefined }, never);
    await store.recordPoll({ atMs: 1000, failure: 'frozen for an hour' }, never);
    expect(await store.read(never)).toMatchObject({ lastPollMs: 2000, lastFailure: undefined });
  });
});

test('a damaged record is an error that names the table, the field and the way out', async () => {
  const { client, table, store } = await dynamo();
  await client.send(
    new PutItemCommand({ TableName: table, Item: { id: { S: 'control' }, lastPollMs: { S: 'x' } } }),
  );
  await expect(store.read(never)).rejects.toThrow(
    `The control record in the table ${table} is damaged: lastPollMs.N: expected a number. Delete the item; the next poll writes a new one.`,
  );
});

test('a table that does not exist is an AwsError that names it', async () => {
  const { client } = await dynamo();
  const read = expect(new DynamoControlStore(client, 'missing').read(never)).rejects;
  await read.toThrow(AwsError);
  await read.toThrow(
    'Could not read the control record in the DynamoDB table missing: ResourceNotFoundException',
  );
});

test('a DynamoDB that is not there is an AwsError, for reading and for writing', async () => {
  const client = new DynamoDBClient({
    ...AWS,
    endpoint: `http://127.0.0.1:${await freePort()}`,
    maxAttempts: 1,
  });
  const store = new DynamoControlStore(client, 'control');
  await expect(store.read(never)).rejects.toThrow('Could not read the control record');
  await expect(store.recordPoll({ atMs: 1, failure: undefined }, never)).rejects.toThrow(
    'Could not write the control record',
  );
});
