import { ListTasksCommand, RunTaskCommand } from '@aws-sdk/client-ecs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startEcs } from '../../../../src/sandbox/ecs/ecs-server.ts';
import type { Fault } from '../../../../src/sandbox/faults.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';
import { definition, ecsClient, runInput } from './ecs-client.ts';

/** A sandbox whose first RunTask meets the fault. */
async function setUp(fault: Fault) {
  const clock = new VirtualClock();
  const ecs = await startEcs({
    clock,
    runner: undefined,
    faults: ({ operation, sequence }) => (operation === 'RunTask' && sequence === 1 ? fault : undefined),
  });
  const client = ecsClient(ecs.endpoint);
  onTestFinished(async () => {
    client.destroy();
    await ecs.close();
  });
  ecs.putTaskDefinition(definition);
  const run = () => client.send(new RunTaskCommand(runInput));
  return { clock, ecs, client, run };
}

describe('a RunTask that meets a fault', () => {
  test.each<[string, Fault, RegExp | object, number]>([
    [
      'status before',
      { kind: 'status', status: 503, when: 'before' },
      { $metadata: { httpStatusCode: 503 } },
      0,
    ],
    [
      'status after',
      { kind: 'status', status: 503, when: 'after' },
      { $metadata: { httpStatusCode: 503 } },
      1,
    ],
    ['reset before', { kind: 'reset', when: 'before' }, { code: 'ECONNRESET' }, 0],
    ['reset after', { kind: 'reset', when: 'after' }, { code: 'ECONNRESET' }, 1],
    ['html', { kind: 'html' }, { name: 'SyntaxError' }, 0],
    [
      'error of the client',
      { kind: 'error', type: 'AccessDeniedException', message: 'no', when: 'before' },
      { name: 'AccessDeniedException', message: 'no', $fault: 'client', $metadata: { httpStatusCode: 400 } },
      0,
    ],
    [
      'error of the server',
      { kind: 'error', type: 'ServerException', message: 'oh', when: 'before' },
      { name: 'ServerException', message: 'oh', $fault: 'server', $metadata: { httpStatusCode: 500 } },
      0,
    ],
  ])('%s fails, and the next succeeds', async (_name, fault, error, tasks) => {
    const { ecs, run } = await setUp(fault);
    await expect(run()).rejects.toMatchObject(error);
    expect(ecs.tasks()).toHaveLength(tasks);
    expect((await run()).tasks).toHaveLength(1);
    expect(ecs.calls).toEqual({ RunTask: 2 });
  });

  test('sends a fault’s body and headers', async () => {
    const { run } = await setUp({
      kind: 'status',
      status: 400,
      body: '{"__type":"BlockedException","message":"blocked"}',
      headers: { 'retry-after': '7' },
      when: 'before',
    });
    await expect(run()).rejects.toMatchObject({ name: 'BlockedException', message: 'blocked' });
  });

  test('of failures succeeds without a task', async () => {
    const { ecs, run } = await setUp({ kind: 'failures', reason: 'Capacity is unavailable at this time.' });
    const { tasks, failures } = await run();
    expect(tasks).toEqual([]);
    expect(failures).toEqual([{ reason: 'Capacity is unavailable at this time.' }]);
    expect(ecs.tasks()).toEqual([]);
  });

  test('of delay is served that much later', async () => {
    const { clock, ecs, client, run } = await setUp({ kind: 'delay', ms: 5000 });
    const delayed = run();
    await expect.poll(() => ecs.calls['RunTask']).toBe(1);
    await clock.advance(4999);
    expect((await client.send(new ListTasksCommand({}))).taskArns).toEqual([]);
    await clock.advance(1);
    expect((await delayed).tasks).toHaveLength(1);
  });

  test('of delay has no effect when the sandbox closes meanwhile', async () => {
    const { clock, ecs, run } = await setUp({ kind: 'delay', ms: 5000 });
    const delayed = run().catch((error: unknown) => error);
    await expect.poll(() => ecs.calls['RunTask']).toBe(1);
    await ecs.close();
    await clock.advance(5000);
    expect(await delayed).toBeInstanceOf(Error);
    expect(ecs.tasks()).toEqual([]);
  });
});
