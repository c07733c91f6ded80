import { StopTaskCommand } from '@aws-sdk/client-ecs';
import { describe, expect, test } from 'vitest';
import { clientToken } from '../../../src/ecs/client-token.ts';
import type { TaskEnd } from '../../../src/sandbox/ecs/task-life.ts';
import type { Fault } from '../../../src/sandbox/faults.ts';
import { recoveryWorld } from '../../support/recovery-world.ts';

const noImage: TaskEnd = {
  stopCode: 'TaskFailedToStart',
  stoppedReason: 'CannotPullContainerError: etl:1: not found',
};

const noSecret: TaskEnd = {
  stopCode: 'TaskFailedToStart',
  stoppedReason:
    'ResourceInitializationError: unable to pull secrets or registry auth: AccessDeniedException',
};

test('a sweep that finds nothing is one request', async () => {
  const { start, calls } = await recoveryWorld();
  await start();
  calls.take();
  await start();
  expect(calls.take()).toEqual({ prefect: { 'flow_run (sweep)': 1, get_runs_in_queue: 1 }, ecs: {} });
});

test('a sweep that fails does not hold up due runs, and the invocation says so', async () => {
  const { start, createRun, ecs } = await recoveryWorld({
    prefect: {
      faults: ({ operation, sequence }) =>
        operation === 'flow_run' && sequence === 1
          ? { kind: 'error', type: 'INTERNAL_SERVER_ERROR', message: 'no such column', when: 'before' }
          : undefined,
    },
  });
  createRun();
  await expect(start()).rejects.toThrow(/^The sweep failed: PrefectApiError: .*no such column/);
  expect(ecs.tasks()).toHaveLength(1);
});

describe('a run whose invocation ended between claim and launch', () => {
  test('is launched with its own token, once', async () => {
    const { start, createRun, claimOnly, clock, ecs, tokens, logger, api } = await recoveryWorld();
    const id = createRun();
    const version = api.flowRun(id)?.version;
    await claimOnly();
    clock.jump(121);
    expect(await start()).toMatchObject({ found: 0, recovered: 1 });
    expect(tokens()).toEqual([clientToken(id, String(version))]);
    expect(ecs.tasks()).toMatchObject([{ startedBy: `agent/${id}` }]);
    expect(api.logs(id).map(({ message }) => message)).toEqual([
      expect.stringMatching(/^Submitted for execution: Task arn:/),
    ]);
    expect(logger.messages('warn')).toEqual([
      `Launching flow run ${id} again: it is claimed and has no task`,
    ]);
    clock.jump(60);
    await start();
    expect(ecs.tasks()).toHaveLength(1);
  });

  test('is left alone for two minutes', async () => {
    const { start, createRun, claimOnly, clock, ecs } = await recoveryWorld();
    createRun();
    await claimOnly();
    clock.jump(100);
    await start();
    expect(ecs.tasks()).toEqual([]);
  });

  test('is left alone when it is another agent’s', async () => {
    const { start, createRun, claimOnly, clock, ecs } = await recoveryWorld();
    createRun();
    await claimOnly('other');
    clock.jump(600);
    await start();
    expect(ecs.tasks()).toEqual([]);
  });

  test('is put back when it can’t be launched now, though another invocation has claimed it', async () => {
    const denied: Fault = { kind: 'error', type: 'AccessDeniedException', message: 'no', when: 'before' };
    const { start, createRun, claimOnly, clock, stateOf } = await recoveryWorld({
      ecs: { faults: ({ operation }) => (operation === 'RunTask' ? denied : undefined) },
    });
    const id = createRun();
    await claimOnly();
    clock.jump(121);
    // Too short to wait for the run that is put back.
    await start(30_000);
    expect(stateOf(id)).toBe('Scheduled');
  });
});

test('a run that asks for a cluster that never was is failed, and does not fail the sweep of the others', async () => {
  const { start, createRun, claimOnly, clock, stateOf, ecs } = await recoveryWorld();
  const lost = createRun({ run_task_kwargs: { cluster: 'never-was' } });
  createRun();
  await claimOnly();
  clock.jump(121);
  await start();
  expect(stateOf(lost)).toBe('Failed');
  expect(ecs.tasks()).toHaveLength(1);
});

test('a launch of which no answer came is left to its task', { tags: 'slow' }, async () => {
  const { createRun, clock, ecs, start, stateOf } = await recoveryWorld({
    ecs: {
      faults: ({ operation, sequence }) =>
        operation === 'RunTask' && sequence <= 5 ? { kind: 'reset', when: 'after' } : undefined,
    },
  });
  const id = createRun();
  await expect(start(9000)).rejects.toThrow(/could be started/);
  expect(ecs.tasks()).toHaveLength(1);
  clock.jump(121);
  await start();
  expect([ecs.tasks().length, stateOf(id)]).toEqual([1, 'Submitted']);
});

test('a task that takes long to come up is left alone', async () => {
  const { createRun, start, clock, ecs, stateOf, calls } = await recoveryWorld({
    ecs: { provisioningMs: 3_600_000 },
  });
  const id = createRun();
  await start();
  for (let minutes = 0; minutes < 5; minutes++) {
    clock.jump(121);
    calls.take();
    await start();
    expect(calls.take().ecs).toEqual({ ListTasks: 1 });
  }
  expect([ecs.tasks().length, stateOf(id)]).toEqual([1, 'Submitted']);
});

describe('a task that stops before the flow process has reported', () => {
  test('has its run put back with a growing delay, and the third time failed with what ECS says', async () => {
    const { createRun, start, clock, ecs, api, stateOf } = await recoveryWorld({
      ecs: { startFailure: () => noImage },
    });
    const id = createRun();
    await start();
    const delays: number[] = [];
    for (const attempt of [1, 2]) {
      await expect
        .poll(() => ecs.tasks().filter(({ lastStatus }) => lastStatus === 'STOPPED').length)
        .toBe(attempt);
      clock.jump(121);
      await start();
      expect(stateOf(id)).toBe('Scheduled');
      const delay = (Date.parse(String(api.flowRun(id)?.state_start_time)) - clock.now()) / 1000;
      delays.push(Math.round(delay / 10) * 10);
      clock.jump(delay + 1);
      await start();
      expect(ecs.tasks()).toHaveLength(attempt + 1);
    }
    expect(delays).toEqual([60, 120]);
    await expect.poll(() => ecs.tasks().every(({ lastStatus }) => lastStatus === 'STOPPED')).toBe(true);
    clock.jump(121);
    await start();
    const reason =
      /^3 tasks stopped before the flow process reported. The last one: Task default\/\w+ stopped, TaskFailedToStart: CannotPullContainerError: etl:1: not found$/;
    expect(api.flowRun(id)).toMatchObject({
      state: 'Failed',
      state_message: expect.stringMatching(reason) as string,
    });
    expect(api.logs(id).at(-1)).toMatchObject({
      level: 'ERROR',
      message: expect.stringMatching(reason) as string,
    });
  });

  test('is looked at, where a list did not show it and the same launch is answered with it', async () => {
    const nothing: Fault = { kind: 'status', status: 200, body: '{"taskArns":[]}', when: 'before' };
    const { createRun, start, clock, ecs, stateOf } = await recoveryWorld({
      ecs: {
        startFailure: () => noImage,
        faults: ({ operation, sequence }) =>
          operation === 'ListTasks' && sequence <= 4 ? nothing : undefined,
      },
    });
    const id = createRun();
    await start();
    await expect.poll(() => ecs.tasks()[0]?.lastStatus).toBe('STOPPED');
    clock.jump(121);
    await start();
    expect([ecs.calls.RunTask, ecs.tasks().length, stateOf(id)]).toEqual([2, 1, 'Scheduled']);
  });

  test('through the fault of the account never fails its run', async () => {
    const { createRun, start, clock, ecs, api, stateOf } = await recoveryWorld({
      ecs: { startFailure: () => noSecret },
    });
    const id = createRun();
    await start();
    for (let attempt = 1; attempt <= 4; attempt++) {
      await expect.poll(() => ecs.tasks().every(({ lastStatus }) => lastStatus === 'STOPPED')).toBe(true);
      clock.jump(121);
      await start();
      expect(stateOf(id)).toBe('Scheduled');
      clock.jump((Date.parse(String(api.flowRun(id)?.state_start_time)) - clock.now()) / 1000 + 1);
      await start();
    }
    expect(ecs.tasks()).toHaveLength(5);
  });

  test('with a role that the run itself chose is the run’s fault', async () => {
    const { createRun, start, clock, ecs, stateOf, api } = await recoveryWorld({
      ecs: { startFailure: () => noSecret },
    });
    const id = createRun({ execution_role_arn: 'arn:aws:iam::123456789012:role/own' });
    await start();
    for (let attempt = 1; attempt <= 2; attempt++) {
      await expect.poll(() => ecs.tasks().every(({ lastStatus }) => lastStatus === 'STOPPED')).toBe(true);
      clock.jump(121);
      await start();
      clock.jump((Date.parse(String(api.flowRun(id)?.state_start_time)) - clock.now()) / 1000 + 1);
      await start();
    }
    await expect.poll(() => ecs.tasks().every(({ lastStatus }) => lastStatus === 'STOPPED')).toBe(true);
    clock.jump(121);
    await start();
    expect(stateOf(id)).toBe('Failed');
  });

  test('as most of different runs do is the account’s fault', async () => {
    const { createRun, start, clock, ecs, api } = await recoveryWorld({
      ecs: {
        startFailure: () => ({ ...noImage, stoppedReason: 'CannotPullContainerError: odd answer' }),
      },
    });
    const ids = ['a', 'b', 'c'].map((image) => createRun({ image }));
    await start();
    for (let attempt = 1; attempt <= 4; attempt++) {
      await expect.poll(() => ecs.tasks().every(({ lastStatus }) => lastStatus === 'STOPPED')).toBe(true);
      clock.jump(121);
      await start();
      const runs = ids.map((id) => api.flowRun(id));
      expect(runs.map((run) => run?.state)).toEqual(['Scheduled', 'Scheduled', 'Scheduled']);
      const startMs = Math.max(...runs.map((run) => Date.parse(String(run?.state_start_time))));
      clock.jump((startMs - clock.now()) / 1000 + 1);
      await start();
    }
  });
});

describe('a run that a user has cancelled while its task lives', () => {
  test('has its task stopped once its process had time to end by itself', async () => {
    const { createRun, start, clock, ecs, api } = await recoveryWorld();
    const id = createRun();
    await start();
    api.cancel(id);
    await start();
    expect(ecs.calls.StopTask).toBeUndefined();
    clock.jump(61);
    await start();
    await expect.poll(() => ecs.tasks()[0]?.lastStatus).toBe('STOPPED');
    expect(ecs.tasks()[0]).toMatchObject({
      stopCode: 'UserInitiated',
      stoppedReason: 'The flow run was cancelled.',
    });
    await start();
    expect(ecs.calls.StopTask).toBe(1);
  });

  test('while it was Running is Cancelled when its task is gone', async () => {
    const { createRun, start, clock, ecs, api, stateOf } = await recoveryWorld();
    const id = createRun();
    await start();
    api.setFlowRunState(id, { type: 'Running' });
    api.cancel(id);
    expect(stateOf(id)).toBe('Cancelling');
    clock.jump(61);
    await start();
    await expect.poll(() => ecs.tasks()[0]?.lastStatus).toBe('STOPPED');
    await start();
    expect(stateOf(id)).toBe('Cancelled');
  });
});

describe('a Running run with a hundred mapped retries that are due', () => {
  const world = async () => {
    const parts = await recoveryWorld();
    const { api, clock } = parts;
    const tasks = Array.from({ length: 100 }, (_, i) => ({ slug: `map-${i}` }));
    const flow = api.createFlow({ name: 'mapped', tasks, storage: { type: 'Local' } });
    const { id } = api.createFlowRun({ flowId: flow.id, runConfig: { type: 'ECSRun' } });
    await parts.start();
    api.setFlowRunState(id, { type: 'Running' });
    const at = new Date(clock.now() - 10_000).toISOString();
    for (const taskRun of api.taskRuns(id))
      api.setTaskRunState(taskRun.id, { type: 'Retrying', start_time: at, run_count: 2 });
    const states = () => new Set(api.taskRuns(id).map(({ state }) => state));
    const endTask = async () => {
      const { ecsClient } = await parts.launching();
      for (const { taskArn, lastStatus } of parts.ecs.tasks())
        if (lastStatus !== 'STOPPED') await ecsClient.send(new StopTaskCommand({ task: taskArn }));
      await expect
        .poll(() => parts.ecs.tasks().every(({ lastStatus }) => lastStatus === 'STOPPED'))
        .toBe(true);
    };
    return { ...parts, id, states, endTask };
  };

  test('is left to its process while that lives, for one request of ECS', async () => {
    const { start, ecs, calls, states } = await world();
    calls.take();
    await start();
    expect(calls.take().ecs).toEqual({ ListTasks: 1 });
    expect([ecs.tasks().length, [...states()]]).toEqual([1, ['Retrying']]);
  });

  test('is launched once when that has ended', async () => {
    const { start, ecs, states, endTask } = await world();
    await endTask();
    await start();
    expect([ecs.tasks().length, [...states()]]).toEqual([2, ['Submitted']]);
    await start();
    expect(ecs.tasks()).toHaveLength(2);
  });

  test('is launched once when the invocation that claimed it never did', async () => {
    const { start, ecs, endTask, claimOnly, clock, tokens } = await world();
    await endTask();
    const [claim] = await claimOnly();
    clock.jump(121);
    await start();
    const key = claim?.kind === 'claimed' ? claim.run.claimKey : '';
    expect(tokens().slice(1)).toEqual([clientToken(String(claim?.run.id), key)]);
    clock.jump(121);
    await start();
    expect(ecs.tasks()).toHaveLength(2);
  });

  test('has its task runs put back as they were when the new process ended without a word', async () => {
    const { start, endTask, clock, states, api, id, stateOf } = await world();
    await endTask();
    await start();
    await endTask();
    clock.jump(121);
    await start();
    expect([stateOf(id), [...states()]]).toEqual(['Running', ['Retrying']]);
    const [first] = api.taskRuns(id);
    expect(first?.serialized_state.run_count).toBe(2);
    expect(Date.parse(String(first?.state_start_time))).toBeGreaterThan(clock.now() + 50_000);
  });
});
