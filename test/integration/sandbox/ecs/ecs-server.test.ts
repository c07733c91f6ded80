import {
  ConflictException,
  DeregisterTaskDefinitionCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  ListTasksCommand,
  paginateListTasks,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  StopTaskCommand,
} from '@aws-sdk/client-ecs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startEcs, type EcsOptions } from '../../../../src/sandbox/ecs/ecs-server.ts';
import type { Task } from '../../../../src/sandbox/ecs/new-task.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';
import { definition, ecsClient, runInput } from './ecs-client.ts';

async function setUp(options: Partial<EcsOptions> = {}) {
  const clock = new VirtualClock();
  const ecs = await startEcs({ clock, runner: undefined, ...options });
  const client = ecsClient(ecs.endpoint);
  onTestFinished(async () => {
    client.destroy();
    await ecs.close();
  });
  ecs.putTaskDefinition(definition);
  return { clock, ecs, client };
}

describe('the genuine client', () => {
  test('registers, reads and deregisters a task definition', async () => {
    const { client, clock } = await setUp();
    const tags = [{ key: 'team', value: 'data' }];
    const registered = await client.send(
      new RegisterTaskDefinitionCommand({ ...definition, family: 'other', tags }),
    );
    expect(registered.tags).toEqual(tags);
    expect(registered.taskDefinition).toMatchObject({ family: 'other', revision: 1, status: 'ACTIVE' });
    expect(registered.taskDefinition?.registeredAt).toEqual(new Date(clock.now()));
    const described = await client.send(
      new DescribeTaskDefinitionCommand({ taskDefinition: 'other', include: ['TAGS'] }),
    );
    expect(described.taskDefinition).toEqual(registered.taskDefinition);
    expect(described.tags).toEqual(tags);
    const { taskDefinition } = await client.send(
      new DeregisterTaskDefinitionCommand({ taskDefinition: 'other:1' }),
    );
    expect(taskDefinition?.status).toBe('INACTIVE');
    await expect(client.send(new DescribeTaskDefinitionCommand({ taskDefinition: 'other' }))).rejects.toThrow(
      expect.objectContaining({ name: 'ClientException', message: 'Unable to describe task definition.' }),
    );
  });

  test('runs a task, watches it and sees it stopped', async () => {
    const { client, clock, ecs } = await setUp({ provisioningMs: () => 20_000, playMs: 5000 });
    const { tasks = [] } = await client.send(new RunTaskCommand({ ...runInput, startedBy: 'agent/1' }));
    const taskArn = tasks[0]?.taskArn ?? '';
    expect(tasks[0]).toMatchObject({ lastStatus: 'PROVISIONING', createdAt: new Date(clock.now()) });
    const look = async () =>
      (await client.send(new DescribeTasksCommand({ tasks: [taskArn] }))).tasks?.[0]?.lastStatus;
    const listed = async (desiredStatus: 'RUNNING' | 'STOPPED') =>
      (await client.send(new ListTasksCommand({ startedBy: 'agent/1', desiredStatus }))).taskArns;
    await clock.advance(20_000);
    expect(await look()).toBe('RUNNING');
    expect(await listed('RUNNING')).toEqual([taskArn]);
    expect(await listed('STOPPED')).toEqual([]);
    await clock.advance(5000);
    expect(await look()).toBe('STOPPED');
    expect(await listed('RUNNING')).toEqual([]);
    expect(await listed('STOPPED')).toEqual([taskArn]);
    expect(ecs.tasks()[0]?.containers[0]?.exitCode).toBe(0);
  });

  test('reads the tasks that a client token has started out of the conflict', async () => {
    const { client, ecs } = await setUp();
    const send = (startedBy: string) =>
      client.send(new RunTaskCommand({ ...runInput, clientToken: 'token', startedBy }));
    const { tasks } = await send('one');
    expect((await send('one')).tasks).toEqual(tasks);
    const conflict = await send('two').catch((error: unknown) => error);
    expect(conflict).toBeInstanceOf(ConflictException);
    expect(conflict).toMatchObject({ resourceIds: [tasks?.[0]?.taskArn] });
    expect(ecs.tasks()).toHaveLength(1);
  });

  test('stops a task', async () => {
    const { client, ecs } = await setUp({ playMs: 3_600_000 });
    const { tasks = [] } = await client.send(new RunTaskCommand(runInput));
    const stopped = await client.send(new StopTaskCommand({ task: tasks[0]?.taskArn, reason: 'cancelled' }));
    expect(stopped.task).toMatchObject({
      desiredStatus: 'STOPPED',
      stopCode: 'UserInitiated',
      stoppedReason: 'cancelled',
    });
    expect(ecs.tasks()[0]?.lastStatus).toBe('STOPPED');
    await expect(client.send(new StopTaskCommand({ task: 'none' }))).rejects.toThrow(
      'The referenced task was not found.',
    );
  });

  test('pages through the tasks of one cluster', async () => {
    const { client, ecs } = await setUp({ clusters: ['default', 'flows'], throttle: false });
    for (let count = 0; count < 3; count += 1) {
      await client.send(new RunTaskCommand({ ...runInput, cluster: 'flows', count: 2 }));
      await client.send(new RunTaskCommand(runInput));
    }
    const pages: (readonly string[])[] = [];
    for await (const page of paginateListTasks({ client, pageSize: 4 }, { cluster: 'flows' })) {
      pages.push(page.taskArns ?? []);
    }
    const launched = ecs.tasks().filter(({ clusterArn }) => clusterArn.endsWith('/flows'));
    expect(pages.map(({ length }) => length)).toEqual([4, 2]);
    expect(pages.flat()).toEqual(launched.map(({ taskArn }) => taskArn));
  });

  test('learns that a task is missing: unknown, in another cluster, or stopped for an hour', async () => {
    const { client, clock } = await setUp({ clusters: ['default', 'flows'] });
    const { tasks = [] } = await client.send(new RunTaskCommand(runInput));
    const taskArn = tasks[0]?.taskArn ?? '';
    const failures = async (task: string, cluster: string) =>
      (await client.send(new DescribeTasksCommand({ tasks: [task], cluster }))).failures;
    expect(await failures(taskArn, 'default')).toEqual([]);
    expect(await failures(taskArn.split('/').at(-1) ?? '', 'default')).toEqual([]);
    expect(await failures(taskArn, 'flows')).toEqual([{ arn: taskArn, reason: 'MISSING' }]);
    expect(await failures('none', 'default')).toEqual([
      { arn: 'arn:aws:ecs:us-east-1:123456789012:task/default/none', reason: 'MISSING' },
    ]);
    await clock.advance(3_601_000);
    expect(await failures(taskArn, 'default')).toEqual([{ arn: taskArn, reason: 'MISSING' }]);
  });

  test.each([
    [
      'ListTasks with startedBy and a family',
      new ListTasksCommand({ startedBy: 'a', family: 'f' }),
      /only filter/,
    ],
    ['ListTasks of 101', new ListTasksCommand({ maxResults: 101 }), /maxResults/],
    ['ListTasks from nowhere', new ListTasksCommand({ nextToken: 'x' }), /nextToken/],
    ['ListTasks of an absent cluster', new ListTasksCommand({ cluster: 'none' }), /Cluster not found/],
  ])('is refused: %s', async (_name, command, message) => {
    const { client } = await setUp();
    await expect(client.send(command)).rejects.toThrow(message);
  });
});

describe('what a test sees', () => {
  test('calls and requests, those that were refused included', async () => {
    const { client, ecs, clock } = await setUp();
    await client.send(new RunTaskCommand({ ...runInput, clientToken: 'token' }));
    await client.send(new RunTaskCommand({ ...runInput, cluster: 'none' })).catch(() => undefined);
    expect(ecs.calls).toEqual({ RunTask: 2 });
    expect(ecs.requests[0]).toEqual({
      operation: 'RunTask',
      input: { ...runInput, clientToken: 'token' },
      at: clock.now(),
    });
    expect(ecs.requests[1]?.input).toMatchObject({ cluster: 'none' });
  });

  test('each change of a task, as it was at that moment', async () => {
    const { client, ecs, clock } = await setUp();
    const seen: Task[] = [];
    const unsubscribe = ecs.onTaskChange((task) => seen.push(task));
    await client.send(new RunTaskCommand(runInput));
    await clock.advance(0);
    unsubscribe();
    await clock.advance(1000);
    expect(seen.map(({ version, lastStatus }) => [version, lastStatus])).toEqual([
      [1, 'PROVISIONING'],
      [2, 'PENDING'],
      [3, 'RUNNING'],
    ]);
  });

  test('a closed sandbox has only stopped tasks and takes no requests', async () => {
    const { client, ecs } = await setUp({ provisioningMs: 60_000 });
    await client.send(new RunTaskCommand(runInput));
    await ecs.close();
    expect(ecs.tasks()[0]?.lastStatus).toBe('STOPPED');
    await expect(fetch(ecs.endpoint)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
    await ecs.close();
  });
});
