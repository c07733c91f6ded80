import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { Claimed, FlowRun } from '../../../src/agent/flow-run.ts';
import { CallRate } from '../../../src/ecs/call-rate.ts';
import { clientToken } from '../../../src/ecs/client-token.ts';
import { EcsLauncher, type EcsLauncherOptions } from '../../../src/ecs/ecs-launcher.ts';
import { RetryingSender } from '../../../src/ecs/retrying-sender.ts';
import { TaskDefinitions } from '../../../src/ecs/task-definitions.ts';
import { AwsError, FlowRunError, SettingsError } from '../../../src/errors.ts';
import type { TaskRequest } from '../../../src/tasks/task-request.ts';
import { REQUEST } from '../../support/ecs.ts';
import { RecordingLogger } from '../../support/recording-logger.ts';
import { awsError, scriptedEcs, TASK_ARN } from '../../support/scripted-ecs.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const runOf = (id: string): Claimed => ({ id, name: id, startTimeMs: 0, claimKey: `key-${id}` });

const fail = (error: Error) => () => {
  throw error;
};

const PINNED: TaskRequest = { ...REQUEST, taskDefinition: { kind: 'arn', arn: 'pinned:1' } };

const NO_ROOM = () => ({ failures: [{ reason: 'AGENT' }] });
const THROTTLE = awsError('ThrottlingException', 'Rate exceeded');
const DENIED = awsError('AccessDeniedException', 'not authorized to perform: ecs:RunTask');
const BLOCKED = awsError('BlockedException', 'Your account is blocked.');
const GONE = awsError('ClientException', 'TaskDefinition is inactive');

interface World extends Partial<Pick<EcsLauncherOptions<FlowRun>, 'spotFallback'>> {
  readonly answers?: Parameters<typeof scriptedEcs>[1];
  readonly request?: (run: FlowRun) => TaskRequest | Promise<TaskRequest>;
}

function world({ answers, request = () => REQUEST, spotFallback = false }: World = {}) {
  const clock = new VirtualClock();
  const ecs = scriptedEcs(clock, answers);
  const logger = new RecordingLogger();
  const asked: string[] = [];
  const launcher = new EcsLauncher<FlowRun>({
    agent: 'lambda',
    client: ecs.client,
    definitions: new TaskDefinitions(new RetryingSender(ecs.client, clock), clock),
    rate: new CallRate(clock, { perSecond: 20, isLimit: true }),
    clock,
    logger,
    spotFallback,
    taskRequest: async (run) => {
      asked.push(run.id);
      return Promise.resolve().then(() => request(run));
    },
    random: () => 0,
  });
  const within = (ms: number) => {
    if (ms === 0) return AbortSignal.abort(new Error('Time is up.'));
    const controller = new AbortController();
    if (ms !== Infinity)
      void clock.sleep(ms).then(() => {
        controller.abort(new Error('Time is up.'));
      });
    return controller.signal;
  };
  return {
    ...ecs,
    asked,
    logger,
    prepare: (ids: readonly string[], ms = Infinity) =>
      clock.until(launcher.prepare(ids.map(runOf), within(ms))),
    launch: (ids: readonly string[], ms = Infinity) =>
      clock.until(launcher.launch(ids.map(runOf), within(ms))),
  };
}

const chosen = (...members: string[]): TaskRequest => ({ ...REQUEST, chosenByRun: new Set(members) });

describe('before the claim', () => {
  const never = () => new Promise<never>(() => undefined);

  test.each<[string, World, unknown]>([
    ['is ready', {}, { kind: 'ready' }],
    [
      'is failed for its own fault',
      { request: fail(new FlowRunError('no image')) },
      { kind: 'failed', reason: 'no image' },
    ],
    [
      'is blocked by a setting',
      { request: fail(new SettingsError('set the subnets')) },
      { kind: 'blocked', reason: 'set the subnets' },
    ],
    [
      'is blocked by the account',
      { request: fail(new AwsError('no network')) },
      { kind: 'blocked', reason: 'no network' },
    ],
    [
      'comes later, when what it names can’t be read for the rate of calls',
      { request: fail(THROTTLE) },
      { kind: 'later', reason: 'The task definition: ThrottlingException: Rate exceeded' },
    ],
    [
      'is left, when what it names may not be read',
      { request: fail(BLOCKED) },
      { kind: 'left', reason: expect.stringContaining('The task definition: BlockedException') as string },
    ],
    [
      'is failed, when what it names is not there',
      { request: fail(awsError('ClientException', 'Unable to describe task definition.')) },
      {
        kind: 'failed',
        reason: expect.stringContaining('Name an active task definition in task_definition_arn') as string,
      },
    ],
    [
      'comes later, when what it names takes too long',
      { request: never },
      { kind: 'later', reason: 'The task definition: not ready within 2 seconds' },
    ],
    [
      'comes later, when its definition takes too long',
      { answers: { DescribeTaskDefinition: never } },
      { kind: 'later', reason: 'RegisterTaskDefinition: not ready within 2 seconds' },
    ],
    [
      'is failed, when its definition is refused for its own fault',
      {
        answers: {
          DescribeTaskDefinition: () => ({}),
          RegisterTaskDefinition: fail(awsError('ClientException', 'Container.image is bad')),
        },
        request: () => chosen('image'),
      },
      { kind: 'failed', reason: expect.stringContaining('Correct the image of the run config') as string },
    ],
    [
      'is blocked, when its definition is refused for the agent’s',
      {
        answers: {
          DescribeTaskDefinition: () => ({}),
          RegisterTaskDefinition: fail(awsError('ClientException', 'Container.image is bad')),
        },
      },
      { kind: 'blocked', reason: expect.stringContaining('in the agent’s task definition') as string },
    ],
    [
      'is left, when its definition may not have what it asks for',
      {
        answers: {
          DescribeTaskDefinition: () => ({}),
          RegisterTaskDefinition: fail(awsError('AccessDeniedException', 'iam:PassRole')),
        },
        request: () => chosen('executionRoleArn'),
      },
      { kind: 'left', reason: expect.stringContaining('a role that the agent may pass') as string },
    ],
  ])('a run %s', async (_, given, expected) => {
    expect(await world(given).prepare(['a'])).toEqual([expected]);
  });

  test('nothing is asked for once the time is used up', async () => {
    const { asked, prepare } = world();
    expect(await prepare(['a'], 0)).toEqual([{ kind: 'later', reason: 'The task definition: Time is up.' }]);
    expect(asked).toEqual([]);
  });
});

describe('a launch', () => {
  test('is one task that says whose it is, and which claim it serves', async () => {
    const { launch, of } = world();
    expect(await launch(['a'])).toEqual([
      {
        kind: 'started',
        infrastructureId: TASK_ARN,
        recordedId: `arn:aws:ecs:us-east-1:123456789012:cluster/default::${TASK_ARN}`,
        info: `Task ${TASK_ARN}`,
        logsUrl: undefined,
      },
    ]);
    expect(of('RunTask').map(({ input }) => input)).toEqual([
      {
        ...REQUEST.runTask,
        taskDefinition: 'prefect-1:1',
        clientToken: clientToken('a', 'key-a'),
        startedBy: 'lambda/a',
        tags: [{ key: 'prefect:claim-key', value: 'key-a' }],
      },
    ]);
  });

  test('keeps the tags, the cluster and the log of the request', async () => {
    const tags = [{ key: 'team', value: 'data' }];
    const request = () => ({
      ...REQUEST,
      runTask: { ...REQUEST.runTask, cluster: 'flows', tags },
      logStream: { group: 'flows', region: 'eu-west-1', prefix: 'x/flow' },
    });
    const { launch, of } = world({ request });
    expect(await launch(['a'])).toMatchObject([
      {
        recordedId: `flows::${TASK_ARN}`,
        logsUrl: expect.stringContaining('https://eu-west-1.console.aws.amazon.com/cloudwatch') as string,
      },
    ]);
    expect(of('RunTask')[0]?.input['tags']).toEqual([...tags, { key: 'prefect:claim-key', value: 'key-a' }]);
  });

  test('takes what was prepared, once', async () => {
    const { asked, launch, prepare } = world();
    await prepare(['a']);
    await launch(['a']);
    expect(asked).toEqual(['a']);
    await launch(['a']);
    expect(asked).toEqual(['a', 'a']);
  });

  test.each([
    [500, 1],
    [501, 2],
  ])('takes what was prepared before %i others at most', async (count, times) => {
    const { asked, launch, prepare } = world();
    await prepare(Array.from({ length: count }, (_, i) => String(i)));
    await prepare(['next']);
    await launch(['0']);
    expect(asked.filter((id) => id === '0')).toHaveLength(times);
  });

  test('of runs that were prepared twice at once is of unknown fate', async () => {
    const { launch } = world();
    expect(await launch(['a', 'a'])).toMatchObject([
      { kind: 'started' },
      { kind: 'unknown', reason: 'The run was prepared twice at once.' },
    ]);
  });

  test.each<[string, World, unknown]>([
    [
      'fails a run for its own fault',
      { request: fail(new FlowRunError('no image')) },
      { kind: 'failed', reason: 'no image' },
    ],
    [
      'is blocked by a setting',
      { request: fail(new SettingsError('set the subnets')) },
      { kind: 'blocked', reason: 'set the subnets' },
    ],
    [
      'puts a run back that may not have what it names',
      { request: fail(BLOCKED) },
      {
        kind: 'retry',
        reason: expect.stringContaining('BlockedException') as string,
        delayMs: 60_000,
      },
    ],
    [
      'puts a run back for which the time was used up',
      { request: fail(THROTTLE) },
      { kind: 'unsent', reason: 'The time of this invocation was used up before the launch.' },
    ],
    [
      'puts a run back for which there is no room, for a minute',
      { answers: { RunTask: NO_ROOM } },
      { kind: 'retry', reason: expect.stringContaining('AGENT') as string, delayMs: 60_000 },
    ],
    [
      'fails a run that ECS refuses for its own fault',
      {
        answers: { RunTask: fail(awsError('ClientException', 'Container.image is bad')) },
        request: () => chosen('image'),
      },
      { kind: 'failed', reason: expect.stringContaining('Container.image is bad') as string },
    ],
    [
      'puts a run back that may not have what it chose, for a minute',
      { answers: { RunTask: fail(DENIED) }, request: () => chosen('cluster') },
      { kind: 'retry', reason: expect.stringContaining('not authorized') as string, delayMs: 60_000 },
    ],
    [
      'is blocked where ECS refuses the agent',
      { answers: { RunTask: fail(DENIED) } },
      { kind: 'blocked', reason: expect.stringContaining('not authorized') as string },
    ],
  ])('%s', async (_, given, expected) => {
    expect(await world(given).launch(['a'])).toEqual([expected]);
  });

  test.each([
    ['a request of unknown effect', new Error('socket hang up'), 'unknown', 'RunTask: socket hang up'],
    [
      'throttles',
      THROTTLE,
      'unsent',
      'The time of this invocation was used up before the launch. AWS answered RunTask: ThrottlingException: Rate exceeded',
    ],
  ])('whose time is used up by %s says so', async (_, error, kind, reason) => {
    const { launch } = world({ answers: { RunTask: fail(error) } });
    expect(await launch(['a'], 5000)).toEqual([{ kind, reason }]);
  });

  test.each([
    ['prepared', ['a']],
    ['not prepared', []],
  ])('for which there is no time, %s, is not sent and says so', async (_, prepared) => {
    const { launch, of, prepare } = world();
    await prepare(prepared);
    const reason = 'The time of this invocation was used up before the launch.';
    expect(await launch(['a'], 0)).toEqual([{ kind: 'unsent', reason }]);
    expect(of('RunTask')).toEqual([]);
  });

  test('that finds no room ends no other of its batch', async () => {
    const { launch, of } = world({ answers: { RunTask: NO_ROOM } });
    const outcomes = await launch(Array.from({ length: 24 }, (_, i) => String(i)));
    expect(new Set(outcomes.map(({ kind }) => kind))).toEqual(new Set(['retry']));
    expect([of('RunTask').length, of('DescribeTaskDefinition').length]).toEqual([24, 1]);
  });

  test.each(['prepare', 'launch'] as const)('of sixty is twenty-five at once: %s', async (step) => {
    let asked = 0;
    let most = 0;
    const parts = world({
      request: async () => {
        most = Math.max(most, ++asked);
        await setImmediate();
        asked -= 1;
        return REQUEST;
      },
    });
    await parts[step](Array.from({ length: 60 }, (_, i) => String(i)));
    expect(most).toBe(25);
  });

  test('that is blocked ends those of its batch that were not sent, for the same reason', async () => {
    const { launch, of } = world({ answers: { RunTask: fail(BLOCKED) } });
    const outcomes = await launch(Array.from({ length: 24 }, (_, i) => String(i)));
    expect(of('RunTask').length).toBeLessThan(24);
    expect(new Set(outcomes.map((outcome) => JSON.stringify(outcome)))).toHaveLength(1);
    expect(outcomes[23]).toMatchObject({ kind: 'blocked' });
  });
});

describe('a task that finds no room on Fargate Spot', () => {
  const spot = (): TaskRequest => ({
    ...REQUEST,
    runTask: { capacityProviderStrategy: [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }] },
  });
  const RunTask = (_: unknown, attempt: number) =>
    attempt === 1 ? NO_ROOM() : { tasks: [{ taskArn: TASK_ARN }] };

  test.each<[string, World, string, number]>([
    ['is put back', { request: spot }, 'retry', 1],
    ['is started on demand where that is allowed', { request: spot, spotFallback: true }, 'started', 2],
    ['is put back where it did not ask for Spot', { spotFallback: true }, 'retry', 1],
  ])('%s', async (_, given, kind, times) => {
    const { launch, of } = world({ ...given, answers: { RunTask } });
    expect(await launch(['a'])).toMatchObject([{ kind }]);
    expect(of('RunTask')).toHaveLength(times);
  });

  test('is not started on demand for what else ECS has against it', async () => {
    const { launch, of } = world({
      request: spot,
      spotFallback: true,
      answers: { RunTask: fail(DENIED) },
    });
    await launch(['a']);
    expect(of('RunTask')).toHaveLength(1);
  });
});

describe('a definition that is gone', () => {
  const described = (arn: string) => ({ taskDefinition: { taskDefinitionArn: arn, status: 'ACTIVE' } });
  const RunTask = ({ taskDefinition }: Readonly<Record<string, unknown>>) => {
    if (taskDefinition === 'prefect-1:1') throw GONE;
    return { tasks: [{ taskArn: TASK_ARN }] };
  };

  test('is registered anew for the same launch', async () => {
    const { launch, of, logger } = world({
      answers: {
        DescribeTaskDefinition: (_, attempt) => described(attempt === 1 ? 'prefect-1:1' : 'prefect-1:2'),
        RunTask,
      },
    });
    expect(await launch(['a'])).toMatchObject([{ kind: 'started' }]);
    expect(of('RunTask').map(({ input }) => [input['taskDefinition'], input['clientToken']])).toEqual([
      ['prefect-1:1', clientToken('a', 'key-a')],
      ['prefect-1:2', clientToken('a', 'key-a')],
    ]);
    expect(logger.entries).toEqual([]);
  });

  test('and is there again as it was puts the run back', async () => {
    const { launch, of } = world({ answers: { RunTask } });
    expect(await launch(['a'])).toMatchObject([{ kind: 'retry' }]);
    expect(of('RunTask')).toHaveLength(1);
  });

  test('and can’t be registered anew puts the run back, and says so', async () => {
    const denied = awsError('AccessDeniedException', 'no');
    const { launch, logger, of } = world({
      answers: {
        DescribeTaskDefinition: (_, attempt) => {
          if (attempt > 1) throw denied;
          return described('prefect-1:1');
        },
        RunTask,
      },
    });
    expect(await launch(['a'])).toMatchObject([{ kind: 'retry' }]);
    expect(of('RunTask')).toHaveLength(1);
    expect(logger.entries).toEqual([
      ['warn', 'A task definition that is gone could not be registered anew', { error: denied }],
    ]);
  });

  test('and that the agent did not register is not registered', async () => {
    const { launch, of } = world({ request: () => PINNED, answers: { RunTask: fail(GONE) } });
    expect(await launch(['a'])).toMatchObject([{ kind: 'retry' }]);
    expect([of('RunTask').length, of('DescribeTaskDefinition').length]).toEqual([1, 0]);
  });
});
