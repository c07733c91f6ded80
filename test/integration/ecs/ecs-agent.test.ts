import { DeregisterTaskDefinitionCommand } from '@aws-sdk/client-ecs';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { PollFailedError } from '../../../src/agent/poll-failed-error.ts';
import { FlowRunError } from '../../../src/errors.ts';
import type { Fault } from '../../../src/sandbox/faults.ts';
import type { TaskRequest } from '../../../src/task-request.ts';
import { ecsAgent, REQUEST } from '../../support/ecs.ts';

const withImage = (image: string): TaskRequest => ({
  ...REQUEST,
  taskDefinition: {
    kind: 'content',
    content: {
      networkMode: 'awsvpc',
      cpu: '256',
      memory: '512',
      requiresCompatibilities: ['FARGATE'],
      containerDefinitions: [{ name: 'flow', image }],
    },
  },
});

const atRunTask = (fault: Fault, times = Infinity) => ({
  faults: ({ operation, sequence }: { operation: string; sequence: number }) =>
    operation === 'RunTask' && sequence <= times ? fault : undefined,
});

const reportOf = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(PollFailedError);
  return (error as PollFailedError).report;
};

test('a run becomes one task that says whose it is and which claim it serves', async () => {
  const { launch, sandbox, backend } = await ecsAgent();
  const report = await launch('a');
  const [task] = sandbox.tasks();
  expect(sandbox.tasks()).toHaveLength(1);
  expect(task).toMatchObject({ startedBy: 'lambda/a', launchType: 'FARGATE' });
  expect(task?.tags).toContainEqual({ key: 'prefect:claim-key', value: '1' });
  expect(report.runs).toMatchObject([{ outcome: 'started', detail: task?.taskArn }]);
  expect(backend.logs).toMatchObject([{ message: `Submitted for execution: Task ${String(task?.taskArn)}` }]);
});

test('runs of one definition register it once, and none is ever deregistered', async () => {
  const { launch, calls } = await ecsAgent();
  await launch('a', 'b', 'c');
  expect(calls.take().ecs).toEqual({ DescribeTaskDefinition: 1, RegisterTaskDefinition: 1, RunTask: 3 });
});

test('a definition that is known to ECS is found again after a cold start', async () => {
  const { launch, calls } = await ecsAgent();
  await launch('a');
  calls.take();
  await launch('b');
  expect(calls.take().ecs).toEqual({ DescribeTaskDefinition: 1, RunTask: 1 });
});

test('each distinct definition has its own family', async () => {
  const { launch, sandbox } = await ecsAgent({}, ({ id }) => withImage(`image:${id}`));
  await launch('a', 'b');
  expect(new Set(sandbox.taskDefinitions().map(({ family }) => family)).size).toBe(2);
});

test('a definition that the user registered is run as it is', async () => {
  const { sandbox, launch, calls } = await ecsAgent({}, () => ({
    ...REQUEST,
    taskDefinition: { kind: 'arn', arn: 'pinned:1' },
  }));
  sandbox.putTaskDefinition({
    family: 'pinned',
    networkMode: 'awsvpc',
    cpu: '256',
    memory: '512',
    requiresCompatibilities: ['FARGATE'],
    containerDefinitions: [{ name: 'flow', image: 'x' }],
  });
  await launch('a');
  expect(calls.take().ecs).toEqual({ RunTask: 1 });
  expect(sandbox.tasks()).toHaveLength(1);
});

describe('the same claim launched again', () => {
  test('is the same task', async () => {
    const { launch, sandbox } = await ecsAgent();
    const first = await launch('a');
    const second = await launch('a');
    expect(second.runs).toMatchObject([{ outcome: 'started', detail: first.runs[0]?.detail }]);
    expect(sandbox.tasks()).toHaveLength(1);
  });

  test('with other settings is the same task too', async () => {
    const commands = ['one', 'two'];
    const { launch, sandbox } = await ecsAgent({}, () => {
      const overrides = { containerOverrides: [{ name: 'flow', command: [commands.shift() ?? ''] }] };
      return { ...REQUEST, runTask: { ...REQUEST.runTask, overrides } };
    });
    const first = await launch('a');
    const second = await launch('a');
    expect(second.runs).toMatchObject([{ outcome: 'started', detail: first.runs[0]?.detail }]);
    expect(sandbox.tasks()).toHaveLength(1);
  });
});

describe('an answer that is lost', () => {
  test.each<[string, Fault]>([
    ['HTTP 500 after it took effect', { kind: 'status', status: 500, when: 'after' }],
    ['a broken connection after it took effect', { kind: 'reset', when: 'after' }],
    ['HTTP 500 before it took effect', { kind: 'status', status: 500, when: 'before' }],
    ['a throttle', { kind: 'error', type: 'ThrottlingException', message: 'Rate exceeded', when: 'before' }],
  ])('%s: it is sent again with the same token, and there is one task', async (_, fault) => {
    const { launch, sandbox } = await ecsAgent(atRunTask(fault, 1));
    expect(await launch('a')).toMatchObject({ started: 1 });
    expect(sandbox.tasks()).toHaveLength(1);
    const tokens = sandbox.requests
      .filter(({ operation }) => operation === 'RunTask')
      .map(({ input }) => (input as { clientToken?: unknown }).clientToken);
    expect(tokens).toHaveLength(2);
    expect(new Set(tokens).size).toBe(1);
  });

  test('for good leaves the run claimed: a task may be running', async () => {
    const { launch, backend } = await ecsAgent(atRunTask({ kind: 'status', status: 500, when: 'after' }));
    expect(await reportOf(launch('a'))).toMatchObject({ unknown: 1, putBack: 0, failed: 0 });
    expect(backend.settlements).toEqual([]);
  });
});

describe('a launch that certainly made no task', () => {
  test('for want of capacity puts the run back for a minute', async () => {
    const reason = 'Capacity is unavailable at this time. Please try again later';
    const { launch, backend, sandbox } = await ecsAgent(atRunTask({ kind: 'failures', reason }));
    const report = await reportOf(launch('a'));
    expect(report).toMatchObject({
      putBack: 1,
      runs: [{ detail: expect.stringContaining(reason) as string }],
    });
    const [settlement] = backend.settlements;
    const startTimeMs = settlement?.kind === 'put-back' ? settlement.startTimeMs : 0;
    expect(startTimeMs - Date.now()).toBeGreaterThan(55_000);
    expect(sandbox.tasks()).toEqual([]);
  });

  test.each<[string, string]>([
    ['AccessDeniedException', 'User is not authorized to perform: ecs:RunTask'],
    ['ClusterNotFoundException', 'Cluster not found.'],
    ['ThrottlingException', 'Rate exceeded'],
    ['InvalidParameterException', 'Request limit exceeded.'],
    [
      'InvalidParameterException',
      'Error retrieving subnet information for [subnet-0]: The subnet ID does not exist',
    ],
    ['ClientException', 'ECS was unable to assume the role that was provided for this task.'],
    ['BlockedException', 'Your AWS account has been blocked.'],
  ])('by the agent’s own fault puts the run back: %s, %s', async (type, message) => {
    const { launch, backend } = await ecsAgent(atRunTask({ kind: 'error', type, message, when: 'before' }));
    expect(await reportOf(launch('a'))).toMatchObject({ putBack: 1, failed: 0 });
    expect(backend.settlements).toMatchObject([{ kind: 'put-back', reason: `RunTask: ${type}: ${message}` }]);
  });

  test('by the run’s own fault fails the run with ECS’s words', async () => {
    const { launch, backend } = await ecsAgent({}, () => ({
      ...REQUEST,
      runTask: { ...REQUEST.runTask, overrides: { containerOverrides: [{ name: 'sidecar' }] } },
    }));
    expect(await launch('a')).toMatchObject({ failed: 1 });
    expect(backend.logs).toMatchObject([
      { level: 'ERROR', message: expect.stringContaining('sidecar') as string },
    ]);
  });

  test('for a run config that makes no sense fails that run and launches the others', async () => {
    const { launch } = await ecsAgent({}, ({ id }) => {
      if (id === 'bad') throw new FlowRunError('only `ECSRun` is supported');
      return REQUEST;
    });
    expect(await launch('bad', 'good')).toMatchObject({
      started: 1,
      failed: 1,
      runs: [{ detail: 'only `ECSRun` is supported' }, {}],
    });
  });

  test('for a definition that AWS refuses fails the run', async () => {
    const { launch } = await ecsAgent({}, () => withImage(''));
    expect(await launch('a')).toMatchObject({ failed: 1 });
  });
});

test('a definition that can’t be registered for now puts the run back', async () => {
  const { launch } = await ecsAgent({
    faults: ({ operation }) =>
      operation === 'RegisterTaskDefinition' ? { kind: 'status', status: 500, when: 'before' } : undefined,
  });
  expect(await reportOf(launch('a'))).toMatchObject({ putBack: 1 });
});

test('a definition that was deregistered by hand is registered again by the next launch of a warm agent', async () => {
  const { create, backend, sandbox, client } = await ecsAgent();
  const agent = create();
  const launch = async (id: string) => {
    backend.queue = [{ id, name: id, startTimeMs: 0 }];
    return agent.start({ deadlineMs: Date.now() + 60_000 });
  };
  await launch('a');
  const taskDefinition = sandbox.taskDefinitions()[0]?.taskDefinitionArn;
  await client.send(new DeregisterTaskDefinitionCommand({ taskDefinition }));
  expect(await reportOf(launch('b'))).toMatchObject({ putBack: 1, failed: 0 });
  expect(await launch('c')).toMatchObject({ started: 1 });
});

test.each<[string, TaskRequest]>([
  ['a definition of its own', REQUEST],
  ['a definition that is registered', { ...REQUEST, taskDefinition: { kind: 'arn', arn: 'pinned:1' } }],
])(
  'what the time of the invocation no longer allows is put back without being sent: %s',
  async (_, request) => {
    // An invocation's last launch is 5 s before its end: here a moment after its first.
    const clock = {
      now: () => Date.now(),
      sleep: (ms: number, signal?: AbortSignal) => systemClock.sleep(ms / 200, signal),
    };
    const { create, backend, calls } = await ecsAgent({}, async () =>
      systemClock.sleep(300).then(() => request),
    );
    backend.queue = Array.from({ length: 12 }, (_, i) => ({ id: String(i), name: '', startTimeMs: 0 }));
    const report = await reportOf(create({ clock }).start({ deadlineMs: Date.now() + 25_000 }));
    expect(report).toMatchObject({ claimed: 12, putBack: 12, started: 0 });
    expect(backend.settlements).toHaveLength(12);
    expect(calls.take().ecs.RunTask).toBeUndefined();
  },
);
