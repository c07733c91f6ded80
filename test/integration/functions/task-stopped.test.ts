import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { RunTaskCommand } from '@aws-sdk/client-ecs';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { TaskStoppedResult } from '../../../src/functions/handle-task-stopped.ts';
import type { Task } from '../../../src/sandbox/ecs/new-task.ts';
import type { RunningContainer } from '../../../src/sandbox/ecs/run-task-process.ts';
import type { Fault } from '../../../src/sandbox/faults.ts';
import { taskStateChange } from '../../../src/sandbox/ecs/task-state-change.ts';
import { startLocalFunction } from '../../../src/sandbox/lambda/local-function.ts';
import { ownDefinition } from '../../support/definitions.ts';
import { recoveryWorld } from '../../support/recovery-world.ts';

const BUNDLE = fileURLToPath(new URL('../../../dist/task-stopped.mjs', import.meta.url));

const SPOT = { stopCode: 'SpotInterruption', stoppedReason: 'Your Spot Task was interrupted.' } as const;
const NO_IMAGE = {
  stopCode: 'TaskFailedToStart',
  stoppedReason: 'CannotPullContainerError: etl:1: not found',
} as const;

type Options = NonNullable<Parameters<typeof recoveryWorld>[0]>;

/** The built function, and the events of the embedded ECS in the order in which they came. */
async function deployed(options: Options = {}) {
  const exits: ((exitCode: number) => void)[] = [];
  const runner = async (): Promise<RunningContainer> => {
    const { promise: exitCode, resolve } = Promise.withResolvers<number>();
    exits.push(resolve);
    return Promise.resolve({
      exitCode,
      output: () => '',
      kill: () => {
        resolve(137);
      },
    });
  };
  const world = await recoveryWorld({ ...options, ecs: { runner, ...options.ecs } });
  const changes: Task[] = [];
  world.ecs.onTaskChange((task) => changes.push(task));
  const started = startLocalFunction({
    functionName: 'task-stopped',
    bundle: BUNDLE,
    env: world.functionEnv,
    timeoutMs: 30_000,
    onLog: () => undefined,
  });
  onTestFinished(() => started.close());
  const invoke = async (event: unknown) => {
    const { result, error } = await started.invoke(event);
    if (error !== undefined) throw new Error(error.errorMessage);
    return (result as TaskStoppedResult).decision;
  };
  const stoppedEvents = async (count = 1) => {
    const stopped = () => changes.filter(({ lastStatus }) => lastStatus === 'STOPPED');
    await expect.poll(() => stopped().length).toBe(count);
    return stopped().map(taskStateChange);
  };
  /** Launches a run whose flow process has reported, and gives what ends that process. */
  const running = async () => {
    const id = world.createRun();
    await world.start();
    await expect.poll(() => exits.length).toBeGreaterThan(0);
    world.api.setFlowRunState(id, { type: 'Running' });
    // A task that stops in the same millisecond says nothing.
    await setTimeout(5);
    return { id, exit: (code: number) => exits.at(-1)?.(code) };
  };
  return { ...world, changes, invoke, stoppedEvents, running };
}

test('a task that could not be started has its run put back at once', async () => {
  const { createRun, start, invoke, stoppedEvents, api } = await deployed({
    ecs: { startFailure: () => NO_IMAGE },
  });
  const id = createRun();
  await start();
  const [event] = await stoppedEvents();
  expect(await invoke(event)).toBe('put-back');
  expect(api.flowRun(id)).toMatchObject({
    state: 'Scheduled',
    state_message: expect.stringContaining('CannotPullContainerError: etl:1: not found') as string,
  });
  expect(api.logs(id).at(-1)?.message).toMatch(/^Put back in the queue: Task default/);
});

test('the same event again, and one that came first and arrives last, change nothing', async () => {
  const { createRun, start, invoke, stoppedEvents, changes, api } = await deployed({
    ecs: { startFailure: () => NO_IMAGE },
  });
  const id = createRun();
  await start();
  const [event] = await stoppedEvents();
  await invoke(event);
  const { version } = api.flowRun(id) ?? {};
  for (const late of [event, ...changes.map(taskStateChange)]) expect(await invoke(late)).toBe('ignored');
  expect(api.flowRun(id)?.version).toBe(version);
});

test('an event about an earlier launch leaves the present one alone', async () => {
  const { running, invoke, api, ecs, start, stateOf, clock } = await deployed();
  const { id, exit } = await running();
  exit(1);
  await expect.poll(() => ecs.tasks()[0]?.lastStatus).toBe('STOPPED');
  const [first] = ecs.tasks();
  // A user starts it again.
  api.setFlowRunState(id, { type: 'Scheduled', start_time: new Date(clock.now() - 1000).toISOString() });
  clock.jump(31);
  await start();
  expect(stateOf(id)).toBe('Submitted');
  expect(await invoke(first === undefined ? {} : taskStateChange(first))).toBe('leave');
  expect(stateOf(id)).toBe('Submitted');
});

test.each(['other/0af', 'ecs-svc/123', undefined])(
  'a task that was started by %s is nobody’s business',
  async (startedBy) => {
    const { launching, ecs, invoke, stoppedEvents } = await deployed({
      ecs: { startFailure: () => NO_IMAGE },
    });
    const { taskDefinitionArn: taskDefinition } = ecs.putTaskDefinition(ownDefinition('etl:1'));
    const { ecsClient } = await launching();
    const networkConfiguration = { awsvpcConfiguration: { subnets: ['subnet-0a1b2c3d'] } };
    await ecsClient.send(
      new RunTaskCommand({ taskDefinition, startedBy, launchType: 'FARGATE', networkConfiguration }),
    );
    expect(await invoke((await stoppedEvents())[0])).toBe('ignored');
  },
);

test('a task that ECS has forgotten is nobody’s business', async () => {
  const { createRun, start, invoke, stoppedEvents, clock, stateOf } = await deployed({
    ecs: { startFailure: () => NO_IMAGE },
  });
  const id = createRun();
  await start();
  const [event] = await stoppedEvents();
  clock.jump(3601);
  expect([await invoke(event), stateOf(id)]).toEqual(['ignored', 'Submitted']);
});

describe('a run that is Running', () => {
  test('is Failed with the exit code when its process crashes', async () => {
    const { running, invoke, stoppedEvents, api } = await deployed();
    const { id, exit } = await running();
    exit(1);
    expect(await invoke((await stoppedEvents())[0])).toBe('fail');
    const message = expect.stringMatching(
      /EssentialContainerExited: Essential container in task exited \(exit code 1\)$/,
    ) as string;
    expect(api.flowRun(id)).toMatchObject({ state: 'Failed', state_message: message });
    expect(api.logs(id).at(-1)).toMatchObject({ level: 'ERROR', message });
  });

  test('is left alone when its process ended well: it may wait for retries', async () => {
    const { running, invoke, stoppedEvents, stateOf } = await deployed();
    const { id, exit } = await running();
    exit(0);
    expect([await invoke((await stoppedEvents())[0]), stateOf(id)]).toEqual(['leave', 'Running']);
  });

  test('is left alone when it became Running after its task had stopped', async () => {
    const { running, invoke, stoppedEvents, stateOf, api } = await deployed();
    const { id, exit } = await running();
    exit(1);
    const [event] = await stoppedEvents();
    api.setFlowRunState(id, { type: 'Running' });
    expect([await invoke(event), stateOf(id)]).toEqual(['leave', 'Running']);
  });

  test('that has ended meanwhile is left alone', async () => {
    const { running, invoke, stoppedEvents, stateOf, api } = await deployed();
    const { id, exit } = await running();
    api.setFlowRunState(id, { type: 'Success' });
    exit(1);
    expect([await invoke((await stoppedEvents())[0]), stateOf(id)]).toEqual(['ignored', 'Success']);
  });

  test('is left alone by the second event of a task whose retries are back in the queue', async () => {
    const { createRun, start, invoke, stoppedEvents, stateOf, api, clock } = await deployed({
      ecs: { startFailure: () => NO_IMAGE },
    });
    const id = createRun({}, [{ slug: 'extract-1' }]);
    api.setFlowRunState(id, { type: 'Running' });
    const startTime = new Date(clock.now() - 10_000).toISOString();
    for (const taskRun of api.taskRuns(id))
      api.setTaskRunState(taskRun.id, { type: 'Retrying', start_time: startTime });
    await start();
    const [event] = await stoppedEvents();
    expect([await invoke(event), stateOf(id)]).toEqual(['put-back', 'Running']);
    expect([await invoke(event), stateOf(id)]).toEqual(['ignored', 'Running']);
  });

  test.each([
    ['fails', {}, 'Failed'],
    [
      'goes back, where users want that,',
      { PREFECT__CLOUD__AGENT__ECS__SPOT_RESCHEDULE: 'true' },
      'Scheduled',
    ],
  ])('%s when AWS takes its machine away', async (_, env: Record<string, string>, expected) => {
    const { createRun, start, api, invoke, stoppedEvents, stateOf } = await deployed({
      env,
      ecs: { provisioningMs: 300, startFailure: () => SPOT },
    });
    const id = createRun();
    await start();
    api.setFlowRunState(id, { type: 'Running' });
    await invoke((await stoppedEvents())[0]);
    expect(stateOf(id)).toBe(expected);
    expect(api.flowRun(id)?.state_message).toContain('Your Spot Task was interrupted.');
  });
});

test('an API that refuses fails the invocation, which is tried again', async () => {
  const state: { fault: Fault | undefined } = { fault: undefined };
  const { createRun, start, invoke, stoppedEvents } = await deployed({
    ecs: { startFailure: () => NO_IMAGE },
    prefect: { faults: () => state.fault },
  });
  createRun();
  await start();
  const [event] = await stoppedEvents();
  state.fault = { kind: 'status', status: 400, when: 'before' };
  await expect(invoke(event)).rejects.toThrow(/HTTP 400/);
});
