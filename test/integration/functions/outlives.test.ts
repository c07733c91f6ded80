import { DynamoDBClient, GetItemCommand, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, test } from 'vitest';
import type { Fault } from '../../../src/sandbox/faults.ts';
import { deployed } from '../../support/deployed.ts';
import { AWS } from '../../support/ecs.ts';

type Sandbox = Awaited<ReturnType<typeof deployed>>['sandbox'];

const KEY = { id: { S: 'control' } };

/** The item of the control table, for tests that can't wait for hours. */
function control({ dynamo: { endpoint, table: TableName } }: Sandbox) {
  const client = new DynamoDBClient({ ...AWS, endpoint });
  return {
    read: async () => (await client.send(new GetItemCommand({ TableName, Key: KEY }))).Item,
    set: (name: string, value: number) =>
      client.send(
        new UpdateItemCommand({
          TableName,
          Key: KEY,
          UpdateExpression: `SET ${name} = :value`,
          ExpressionAttributeValues: { ':value': { N: String(value) } },
        }),
      ),
    damage: () =>
      client.send(new PutItemCommand({ TableName, Item: { ...KEY, lastPollMs: { S: 'yesterday' } } })),
  };
}

test('an idle poll makes two calls to DynamoDB', async () => {
  const { sandbox, poll } = await deployed();
  await poll();
  await poll();
  expect(sandbox.dynamo.calls).toEqual({ UpdateItem: 4 });
});

describe('a Prefect API that asks to be left alone for longer than an invocation waits', () => {
  const limited = async () => {
    const state: { fault: Fault | undefined } = {
      fault: { kind: 'status', status: 429, headers: { 'retry-after': '600' }, when: 'before' },
    };
    const parts = await deployed(
      {},
      {
        faults: ({ service }) => (service === 'prefect' ? state.fault : undefined),
      },
    );
    return { ...parts, state, requests: () => parts.sandbox.prefect1.requests.length };
  };

  test('fails one invocation; those before the moment end at once without a request, in a new sandbox too', async () => {
    const { poll, cool, requests, logs } = await limited();
    expect((await poll()).error?.errorMessage).toContain('HTTP 429');
    const asked = requests();
    await cool();
    const { result, error } = await poll();
    expect(error).toBeUndefined();
    expect(result).toMatchObject({ dryRun: false, polls: 0, calls: { prefect: {} } });
    expect(result.notes).toEqual([
      expect.stringMatching(/^Prefect asked to be left alone until \d{4}-.*Z\.$/),
    ]);
    expect((await poll({ dryRun: true })).result).toMatchObject({
      dryRun: true,
      runs: [],
      notes: result.notes,
    });
    expect(requests()).toBe(asked);
    expect(logs.filter((line) => line.includes('left alone until')).length).toBeGreaterThan(2);
  });

  test('is no reason for alarm while the last success is not too old, and no success either', async () => {
    const { sandbox, state, poll, health } = await limited();
    const { fault } = state;
    state.fault = undefined;
    await poll();
    state.fault = fault;
    await poll();
    expect(await health()).toMatchObject({ statusCode: 200 });
    const { set, read } = control(sandbox);
    await set('lastSuccessMs', Date.now() - 180_000);
    await poll();
    const { statusCode, body } = await health();
    expect(statusCode).toBe(503);
    expect(body.output).toMatch(
      /^Prefect asked to be left alone until .*Z\. The last successful poll ended 18\d s ago/,
    );
    expect(await read()).not.toHaveProperty('lastFailure');
  });

  test('is asked again after the moment, and nobody has to do anything', async () => {
    const { sandbox, state, poll, health, flow } = await limited();
    sandbox.prefect1.createFlowRun({ flowId: flow.id });
    await poll();
    state.fault = undefined;
    await control(sandbox).set('notBeforeMs', Date.now() - 1);
    expect((await poll()).result).toMatchObject({ started: 1, notes: [] });
    expect(await health()).toMatchObject({ statusCode: 200 });
  });
});

describe('launching that fails for a reason that lies in the agent', () => {
  const denied: Fault = {
    kind: 'error',
    type: 'AccessDeniedException',
    message: 'User is not authorized to perform: ecs:RunTask',
    when: 'before',
  };

  const failing = async () => {
    const state: { fault: Fault | undefined } = { fault: denied };
    const parts = await deployed(
      {},
      {
        faults: ({ operation }) => (operation === 'RunTask' ? state.fault : undefined),
        // Too short for waiting until runs that were put back are due again.
        timeoutMs: 35_000,
      },
    );
    const { sandbox, flow, poll, cool } = parts;
    const enqueue = (count: number) => {
      for (let i = 0; i < count; i += 1) sandbox.prefect1.createFlowRun({ flowId: flow.id });
    };
    const tried = () => sandbox.ecs.calls.RunTask ?? 0;
    /** A new sandbox each time, with three runs in the queue: one is tried. */
    const fail = async (times: number) => {
      for (let i = 0; i < times; i += 1) {
        enqueue(1);
        await cool();
        await poll();
      }
    };
    return { ...parts, state, enqueue, tried, fail };
  };

  test('opens the circuit with the third invocation in a row: health, the log and the result say so, though nothing is due any more', async () => {
    const { fail, poll, health, logs, tried } = await failing();
    await fail(3);
    expect(tried()).toBe(3);
    const expected =
      /^Nothing can be launched since .*Z, after 3 failures in a row: RunTask: AccessDeniedException/;
    const { result, error } = await poll();
    expect(error).toBeUndefined();
    expect(result.notes).toEqual([expect.stringMatching(expected)]);
    const { statusCode, body } = await health();
    expect(statusCode).toBe(503);
    expect(body.output).toMatch(expected);
    expect(logs.filter((line) => line.includes('after 3 failures in a row')).length).toBe(2);
  });

  test('is not said of two invocations', async () => {
    const { fail, poll, health } = await failing();
    await fail(2);
    expect((await poll()).result.notes).toEqual([]);
    expect(await health()).toMatchObject({ statusCode: 200 });
  });

  test('has one run tried by each invocation while it lasts, and ends with the first launch that works', async () => {
    const { fail, poll, health, state, enqueue, tried, sandbox } = await failing();
    await fail(3);
    enqueue(10);
    await poll();
    expect(tried()).toBe(4);
    expect(sandbox.prefect1.flowRuns().filter(({ version }) => version === 1)).toHaveLength(9);
    state.fault = undefined;
    expect((await poll()).result).toMatchObject({ claimed: 9, started: 9, notes: [] });
    expect(await health()).toMatchObject({ statusCode: 200 });
  });

  test('makes a warm function that has launched careful again, when another one met it', async () => {
    const { poll, state, enqueue, tried, sandbox } = await failing();
    state.fault = undefined;
    enqueue(2);
    await poll();
    enqueue(5);
    state.fault = denied;
    await poll();
    const before = tried();
    await poll();
    enqueue(5);
    await poll();
    expect(tried()).toBe(before + 1);
    expect((await control(sandbox).read())?.circuit).toMatchObject({ M: { failures: { N: '2' } } });
  });
});

test('a damaged record stops the poll before anything is claimed, and health says what to do', async () => {
  const { sandbox, flow, poll, health } = await deployed();
  sandbox.prefect1.createFlowRun({ flowId: flow.id });
  await control(sandbox).damage();
  expect((await poll()).error).toMatchObject({ errorType: 'AwsError' });
  expect(sandbox.prefect1.requests).toEqual([]);
  const { statusCode, body } = await health();
  expect(statusCode).toBe(503);
  expect(body.output).toContain('Delete the item; the next poll writes a new one.');
});

test('an API that is down costs one short invocation, and recovery needs no hand', async () => {
  const state: { fault: Fault | undefined } = { fault: { kind: 'status', status: 502, when: 'before' } };
  const { sandbox, flow, poll, health } = await deployed(
    {},
    {
      faults: ({ service }) => (service === 'prefect' ? state.fault : undefined),
    },
  );
  sandbox.prefect1.createFlowRun({ flowId: flow.id });
  const startMs = Date.now();
  expect((await poll()).error?.errorMessage).toContain('HTTP 502');
  expect(Date.now() - startMs).toBeLessThan(8000);
  expect(sandbox.prefect1.requests).toHaveLength(4);
  expect(await health()).toMatchObject({ statusCode: 503 });
  state.fault = undefined;
  expect((await poll()).result).toMatchObject({ started: 1 });
  expect(await health()).toMatchObject({ statusCode: 200 });
});

test('a slow API still makes progress: runs are claimed, launched, told and put back', async () => {
  const { sandbox, flow, poll } = await deployed(
    {},
    {
      faults: ({ service, operation, sequence }) => {
        if (service === 'prefect') return { kind: 'delay', ms: 1500 };
        return operation === 'RunTask' && sequence === 2
          ? { kind: 'failures', reason: 'Capacity is unavailable at this time.' }
          : undefined;
      },
    },
  );
  const ids = ['a', 'b', 'c'].map((name) => sandbox.prefect1.createFlowRun({ flowId: flow.id, name }).id);
  const { result } = await poll();
  expect(result).toMatchObject({ claimed: 3, started: 2, putBack: 1 });
  const told = ids.map((id) => sandbox.prefect1.logs(id).map(({ message }) => message));
  expect(told.filter(([first]) => first?.startsWith('Submitted for execution: Task ') === true)).toHaveLength(
    2,
  );
  const states = ids.map((id) => sandbox.prefect1.flowRun(id)?.serialized_state);
  expect(JSON.stringify(states)).toContain('Capacity is unavailable');
}, 70_000);
