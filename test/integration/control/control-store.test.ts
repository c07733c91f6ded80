import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { PollEnd } from '../../../src/control/after-poll.ts';
import { type ControlRecord, type ControlStore, EMPTY_RECORD } from '../../../src/control/control-record.ts';
import { createControlStore } from '../../../src/control/create-control-store.ts';
import { DynamoControlStore } from '../../../src/control/dynamo-control-store.ts';
import { recordStop } from '../../../src/control/record-stop.ts';
import { recordPoll } from '../../../src/control/record-poll.ts';
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
  test('is empty before the first poll', async () => {
    expect(await (await create()).read(never)).toEqual(EMPTY_RECORD);
  });

  const full: ControlRecord = {
    ...EMPTY_RECORD,
    lastPollMs: 1000,
    lastSuccessMs: 900,
    lastFailure: 'db down',
    notBeforeMs: 5000,
    circuit: { failures: 3, reason: 'denied', openedAtMs: 800 },
    pollingUntilMs: 1040,
  };
  const bare: ControlRecord = { ...EMPTY_RECORD, lastPollMs: 2000 };

  test('is what was written last, and nothing of what was before', async () => {
    const store = await create();
    expect(await store.replace(EMPTY_RECORD, full, never)).toBe(true);
    expect(await store.read(never)).toEqual(full);
    expect(await store.replace(full, bare, never)).toBe(true);
    expect(await store.read(never)).toEqual(bare);
    const closed = {
      ...bare,
      lastPollMs: 3000,
      circuit: { failures: 1, reason: 'x', openedAtMs: undefined },
    };
    await store.replace(bare, closed, never);
    expect(await store.read(never)).toEqual(closed);
  });

  test.each([
    ['the first', EMPTY_RECORD],
    ['another', { ...full, lastPollMs: 999 }],
    ['one that was not poked since', { ...full, pokes: 1 }],
  ])('is not written by who takes it for %s', async (_, previous) => {
    const store = await create();
    await store.replace(EMPTY_RECORD, full, never);
    expect(await store.replace(previous, bare, never)).toBe(false);
    expect(await store.read(never)).toEqual(full);
  });

  const options = { heedsPokes: true, signal: never };

  const end = (change: Partial<PollEnd>): PollEnd => ({
    startMs: 500,
    atMs: 2000,
    failure: undefined,
    notBeforeMs: undefined,
    launched: false,
    blockedFor: undefined,
    ...change,
  });

  test('is not set back by an invocation that was frozen and thawed', async () => {
    const store = await create();
    // It read the record, and since then another invocation has found launching blocked and Prefect busy.
    await store.replace(EMPTY_RECORD, full, never);
    const note = (change: Partial<PollEnd>) => recordPoll(store, EMPTY_RECORD, end(change), options);
    expect(await note({ atMs: 950, launched: true })).toEqual(full);
    const thawed = await note({ launched: true });
    expect(thawed).toEqual({
      ...full,
      lastPollMs: 2000,
      lastSuccessMs: 2000,
      lastFailure: undefined,
      pollingUntilMs: undefined,
    });
    expect(await store.read(never)).toEqual(thawed);
  });

  test('takes in what two invocations at once have to say', async () => {
    const store = await create();
    const ends = [end({ atMs: 2000 }), end({ atMs: 2001, failure: 'db down' }), end({ atMs: 2002 })];
    await Promise.all(ends.map((each) => recordPoll(store, EMPTY_RECORD, each, options)));
    expect(await store.read(never)).toMatchObject({ lastPollMs: 2002, lastSuccessMs: 2002 });
  });

  test('says until when an invocation under way looks again, and no longer when that has ended', async () => {
    const store = await create();
    await store.replace(EMPTY_RECORD, bare, never);
    const begun = await store.begin(3000, never);
    expect(begun).toEqual({ ...bare, pollingUntilMs: 3000 });
    const ended = await recordPoll(store, begun, end({ startMs: 2500, atMs: 2600 }), options);
    expect(ended).toMatchObject({ lastPollMs: 2600, pollingUntilMs: undefined });
    expect(await store.read(never)).toEqual(ended);
  });

  test.each([
    [true, 'is not over'],
    [false, 'ends all the same, and leaves the poke to the next'],
  ])('when it is poked meanwhile, and can look again: %s, an invocation %s', async (heedsPokes) => {
    const store = await create();
    const begun = await store.begin(3000, never);
    expect(await store.poke(never)).toMatchObject({ pokes: 1, pollingUntilMs: 3000 });
    const ended = await recordPoll(store, begun, end({}), { heedsPokes, signal: never });
    const after = heedsPokes ? { lastPollMs: undefined, pollingUntilMs: 3000 } : { lastPollMs: 2000 };
    expect(ended === undefined).toBe(heedsPokes);
    expect(await store.read(never)).toMatchObject({ pokes: 1, ...after });
  });

  test('keeps pokes and a pause, which polls don’t write', async () => {
    const store = await create();
    const paused = { sinceMs: 100, reason: 'new cluster' };
    expect(await store.pause(paused, never)).toEqual(EMPTY_RECORD);
    await store.poke(never);
    const read = await store.poke(never);
    expect(read).toEqual({ ...EMPTY_RECORD, pokes: 2, paused });
    await store.replace(read, full, never);
    expect(await store.read(never)).toEqual({ ...full, pokes: 2, paused });
    expect(await store.pause({ sinceMs: 200, reason: undefined }, never)).toMatchObject({ paused });
    expect(await store.pause(undefined, never)).toMatchObject({
      paused: { sinceMs: 200, reason: undefined },
    });
    expect(await store.read(never)).toEqual({ ...full, pokes: 2 });
  });

  const denied = (atMs: number) => ({ atMs, startedMs: undefined, accountsReason: 'denied' });

  test('counts all stops that are heard of at once, beside what polls write', async () => {
    const store = await create();
    await Promise.all([10, 20, 30].map((atMs) => recordStop(store, EMPTY_RECORD, denied(atMs), never)));
    const { stops } = await store.read(never);
    expect(stops).toMatchObject({ count: 3, reason: 'denied' });
    await store.replace(EMPTY_RECORD, full, never);
    expect(await store.read(never)).toEqual({ ...full, stops });
  });

  test.each([
    ['has begun to run since', 11, undefined],
    ['had begun to run before', 10, 1],
    ['never ran', undefined, 1],
  ])('after a task that %s has this many stops', async (_what, startedMs, count) => {
    const store = await create();
    await recordStop(store, EMPTY_RECORD, denied(10), never);
    const end = { atMs: 20, startedMs, accountsReason: undefined };
    await recordStop(store, await store.read(never), end, never);
    expect((await store.read(never)).stops?.count).toBe(count);
  });

  test('keeps a stop that was heard of while a task that ran was looked at', async () => {
    const store = await create();
    await recordStop(store, EMPTY_RECORD, denied(10), never);
    const seen = await store.read(never);
    await recordStop(store, seen, denied(20), never);
    await recordStop(store, seen, { atMs: 21, startedMs: 15, accountsReason: undefined }, never);
    expect((await store.read(never)).stops).toMatchObject({ count: 2, lastMs: 20 });
  });
});

test('stops that an older release has counted are known since the last of them', async () => {
  const { client, table, store } = await dynamo();
  const stops = { M: { count: { N: '2' }, reason: { S: 'denied' }, lastMs: { N: '20' } } };
  await client.send(new PutItemCommand({ TableName: table, Item: { id: { S: 'control' }, stops } }));
  expect((await store.read(never)).stops).toEqual({ count: 2, reason: 'denied', sinceMs: 20, lastMs: 20 });
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
  const record = { ...EMPTY_RECORD, lastPollMs: 1 };
  await expect(store.replace(EMPTY_RECORD, record, never)).rejects.toThrow(
    'Could not write the control record',
  );
});
