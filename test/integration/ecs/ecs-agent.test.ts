import { DeregisterTaskDefinitionCommand } from '@aws-sdk/client-ecs';
import { describe, expect, test } from 'vitest';
import { PollFailedError } from '../../../src/agent/poll-failed-error.ts';
import { FlowRunError } from '../../../src/errors.ts';
import type { Fault } from '../../../src/sandbox/faults.ts';
import type { TaskRequest } from '../../../src/tasks/task-request.ts';
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

  test(
    'for good is asked for until the time is used up, and then leaves the run claimed: a task may be running',
    { tags: 'slow' },
    async () => {
      const { create, enqueue, backend, calls } = await ecsAgent(
        atRunTask({ kind: 'status', status: 500, when: 'after' }),
      );
      enqueue('a');
      const report = await reportOf(create().start({ deadlineMs: Date.now() + 8000 }));
      expect(report).toMatchObject({ unknown: 1, putBack: 0, failed: 0 });
      expect(backend.settlements).toEqual([]);
      expect(calls.take().ecs.RunTask).toBeGreaterThan(2);
    },
  );

  test('is not forgotten when a later attempt is refused: the first may have started a task', async () => {
    const { launch, backend } = await ecsAgent({
      faults: ({ operation, sequence }) => {
        if (operation !== 'RunTask') return undefined;
        return sequence === 1
          ? { kind: 'reset', when: 'after' }
          : { kind: 'error', type: 'AccessDeniedException', message: 'no', when: 'before' };
      },
    });
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
    [
      'InvalidParameterException',
      'Error retrieving subnet information for [subnet-0]: The subnet ID does not exist',
    ],
    ['ClientException', 'ECS was unable to assume the role that was provided for this task.'],
    ['BlockedException', 'Your AWS account has been blocked.'],
  ])('by the agent’s own fault puts the run back: %s, %s', async (type, message) => {
    const { launch, backend } = await ecsAgent(atRunTask({ kind: 'error', type, message, when: 'before' }));
    expect(await reportOf(launch('a'))).toMatchObject({ putBack: 1, failed: 0 });
    expect(backend.settlements).toMatchObject([
      { kind: 'put-back', reason: expect.stringContaining(`RunTask: ${type}: ${message}`) as string },
    ]);
  });

  test('by the run’s own fault fails the run with ECS’s words', async () => {
    const { launch, backend } = await ecsAgent({}, () => ({
      ...REQUEST,
      runTask: { ...REQUEST.runTask, overrides: { containerOverrides: [{ name: 'sidecar' }] } },
      chosenByRun: new Set(['containerOverrides']),
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
    const { launch, backend } = await ecsAgent({}, () => ({
      ...withImage(''),
      chosenByRun: new Set(['containerDefinitions']),
    }));
    expect(await launch('a')).toMatchObject({ failed: 1, claimed: 0 });
    expect(backend.settlements).toMatchObject([{ kind: 'failed', held: 'queued' }]);
  });

  test('for a definition of the agent’s own that AWS refuses leaves every run in the queue', async () => {
    const { launch } = await ecsAgent({}, () => withImage(''));
    expect(await reportOf(launch('a', 'b'))).toMatchObject({ failed: 0, claimed: 0, left: 2 });
  });
});

describe('a role that may not be passed', () => {
  const deniedAt = (operation: string) => ({
    faults: ({ operation: asked }: { operation: string }): Fault | undefined => {
      const message = 'not authorized to perform: iam:PassRole';
      return asked === operation
        ? { kind: 'error', type: 'AccessDeniedException', message, when: 'before' }
        : undefined;
    },
  });

  test.each([
    ['RegisterTaskDefinition', ['executionRoleArn'], undefined],
    ['RunTask', ['executionRoleArn'], undefined],
    ['RegisterTaskDefinition', [], 'iam:PassRole for this role'],
    ['RunTask', [], 'iam:PassRole for this role'],
  ])('by %s, chosen by the run: %j, fails no run', async (operation, chosen, blockedFor) => {
    const { launch } = await ecsAgent(deniedAt(operation), () => ({
      ...REQUEST,
      chosenByRun: new Set(chosen),
    }));
    const report = await reportOf(launch('a'));
    expect(report).toMatchObject({ failed: 0, started: 0 });
    expect(report.left + report.putBack).toBe(1);
    if (blockedFor === undefined) expect(report.blockedFor).toBeUndefined();
    else expect(report.blockedFor).toContain(blockedFor);
  });
});

test('a definition that the run names and nobody can read leaves that run in the queue, and is not the agent’s fault', async () => {
  const { launch } = await ecsAgent({}, ({ id }) => {
    if (id === 'good') return REQUEST;
    throw Object.assign(new Error('Access Denied'), {
      name: 'AccessDenied',
      $metadata: { httpStatusCode: 403 },
    });
  });
  const report = await launch('bad', 'good');
  expect(report).toMatchObject({ started: 1, left: 1 });
  expect(report.blockedFor).toBeUndefined();
});

test('a run whose definition can’t be registered for now stays in the queue', { tags: 'slow' }, async () => {
  const { create, enqueue } = await ecsAgent({
    faults: ({ operation }) =>
      operation === 'RegisterTaskDefinition' ? { kind: 'status', status: 500, when: 'before' } : undefined,
  });
  enqueue('a');
  const report = await reportOf(create().start({ deadlineMs: Date.now() + 10_000 }));
  expect(report).toMatchObject({ found: 1, claimed: 0, failed: 0, left: 1 });
});

test.each([1, 60])(
  'a definition that was deregistered by hand is registered again once by a warm agent, for the same launches: %i',
  async (count) => {
    const { create, enqueue, sandbox, client, calls } = await ecsAgent();
    const agent = create();
    const launch = async (...ids: string[]) => {
      enqueue(...ids);
      return agent.start({ deadlineMs: Date.now() + 60_000 });
    };
    await launch('first');
    const taskDefinition = sandbox.taskDefinitions()[0]?.taskDefinitionArn;
    await client.send(new DeregisterTaskDefinitionCommand({ taskDefinition }));
    calls.take();
    expect(await launch(...Array.from({ length: count }, (_, i) => String(i)))).toMatchObject({
      started: count,
    });
    expect(calls.take().ecs).toMatchObject({ DescribeTaskDefinition: 1, RegisterTaskDefinition: 1 });
    // Those that were under way when the first was refused, and no others, are refused as well.
    const tokens = sandbox.requests.flatMap(({ operation, input }) => {
      const asked = input as { taskDefinition?: string; clientToken?: string };
      return operation === 'RunTask' && asked.taskDefinition === taskDefinition ? [asked.clientToken] : [];
    });
    const refused = new Set(tokens).size - 1;
    expect(refused).toBeGreaterThan(0);
    expect(refused).toBeLessThanOrEqual(Math.min(count, 25));
  },
);

test(
  'a run that could not be sent is put back, also when the time is used up before the next attempt',
  { tags: 'slow' },
  async () => {
    const { create, enqueue, sandbox, client } = await ecsAgent();
    const agent = create();
    enqueue('a');
    await agent.start({ deadlineMs: Date.now() + 60_000 });
    enqueue('b');
    // Nobody listens any more, and no connection is kept: every attempt is refused before anything is sent.
    await sandbox.close();
    client.destroy();
    const report = await reportOf(agent.start({ deadlineMs: Date.now() + 6300 }));
    expect(report).toMatchObject({ unknown: 0, putBack: 1 });
    expect(report.runs).toMatchObject([{ detail: expect.stringContaining('ECONNREFUSED') as string }]);
  },
);

test(
  'what the time of the invocation no longer allows is put back without being sent',
  { tags: 'slow' },
  async () => {
    // Every RunTask takes so long that those behind the first 25 never get their turn.
    const { create, enqueue, backend, calls } = await ecsAgent({
      faults: ({ operation, sequence }) =>
        operation === 'RunTask' && sequence > 1 ? { kind: 'delay', ms: 60_000 } : undefined,
    });
    enqueue(...Array.from({ length: 30 }, (_, i) => String(i)));
    const report = await create().start({ deadlineMs: Date.now() + 9000 });
    expect(report).toMatchObject({ claimed: 30, started: 1, unknown: 25, putBack: 4 });
    expect(backend.settlements).toHaveLength(4);
    expect(calls.take().ecs.RunTask).toBe(26);
  },
);

test.each<[string, string]>([
  ['ThrottlingException', 'Rate exceeded'],
  ['InvalidParameterException', 'Request limit exceeded.'],
])('a throttle by %s is paced and sent again with the same token: %s', async (type, message) => {
  const { launch, sandbox, calls } = await ecsAgent(
    atRunTask({ kind: 'error', type, message, when: 'before' }, 3),
  );
  expect(await launch('a')).toMatchObject({ started: 1, putBack: 0 });
  expect(sandbox.tasks()).toHaveLength(1);
  expect(calls.take().ecs.RunTask).toBe(4);
});

test('once a launch is blocked, the rest of its batch is not sent', async () => {
  const { create, enqueue, backend, calls } = await ecsAgent({
    faults: ({ operation, sequence }) =>
      operation === 'RunTask' && sequence > 1
        ? { kind: 'error', type: 'AccessDeniedException', message: 'not authorized', when: 'before' }
        : undefined,
  });
  const agent = create();
  enqueue('first');
  await agent.start({ deadlineMs: Date.now() + 60_000 });
  enqueue(...Array.from({ length: 60 }, (_, i) => String(i)));
  const report = await reportOf(agent.start({ deadlineMs: Date.now() + 60_000 }));
  expect(report).toMatchObject({ claimed: 60, putBack: 60, failed: 0 });
  expect(backend.settlements).toHaveLength(60);
  expect(calls.take().ecs.RunTask).toBeLessThan(30);
});

describe('Fargate Spot', () => {
  const spot: TaskRequest = {
    ...REQUEST,
    runTask: {
      ...without(REQUEST.runTask, 'launchType'),
      capacityProviderStrategy: [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }],
    },
  };
  const full = atRunTask({ kind: 'failures', reason: 'Capacity is unavailable at this time.' }, 1);

  test('is what the task runs on', async () => {
    const { launch, sandbox } = await ecsAgent({}, () => spot);
    await launch('a');
    expect(sandbox.tasks()).toMatchObject([{ capacityProviderName: 'FARGATE_SPOT' }]);
  });

  test('that is full puts the run back', async () => {
    const { launch } = await ecsAgent(full, () => spot);
    expect(await reportOf(launch('a'))).toMatchObject({ putBack: 1 });
  });

  test('that is full is replaced by Fargate on demand where that is allowed, with the same token', async () => {
    const { create, enqueue, sandbox } = await ecsAgent(full, () => spot);
    enqueue('a');
    const agent = create({ spotFallback: true });
    expect(await agent.start({ deadlineMs: Date.now() + 60_000 })).toMatchObject({ started: 1 });
    expect(sandbox.tasks()).toMatchObject([{ capacityProviderName: 'FARGATE' }]);
    const tokens = sandbox.requests.flatMap(({ operation, input }) =>
      operation === 'RunTask' ? [(input as { clientToken?: unknown }).clientToken] : [],
    );
    expect(new Set(tokens).size).toBe(1);
  });
});

test('the run’s log says where the container’s log is', async () => {
  const logStream = { group: '/ecs/flows', region: 'eu-west-1', prefix: 'etl/flow' };
  const { launch, backend, sandbox } = await ecsAgent({}, () => ({ ...REQUEST, logStream }));
  await launch('a');
  const [task] = sandbox.tasks();
  const id = String(task?.taskArn.split('/').at(-1));
  expect(backend.logs.map(({ message }) => message)).toEqual([
    `Submitted for execution: Task ${String(task?.taskArn)}`,
    `Logs of its container: https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#logsV2:log-groups/log-group/$252Fecs$252Fflows/log-events/etl$252Fflow$252F${id}`,
  ]);
});

function without<T extends object, K extends keyof T>(value: T, key: K): Omit<T, K> {
  const { [key]: _, ...rest } = value;
  return rest;
}
