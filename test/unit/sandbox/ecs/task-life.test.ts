import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { Account } from '../../../../src/sandbox/ecs/account.ts';
import { newTask, type Task } from '../../../../src/sandbox/ecs/new-task.ts';
import type { TaskRunner } from '../../../../src/sandbox/ecs/run-task-process.ts';
import { TaskDefinitions } from '../../../../src/sandbox/ecs/task-definitions.ts';
import { TaskLife, type TaskLifeOptions } from '../../../../src/sandbox/ecs/task-life.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';
import { registerInput } from './register-input.ts';

function setUp(options: Partial<TaskLifeOptions> = {}) {
  const clock = new VirtualClock();
  const account = new Account(['default']);
  const definition = new TaskDefinitions(account, clock).register(registerInput());
  const networkConfiguration = { awsvpcConfiguration: { subnets: ['subnet-1'] } };
  const task = newTask({
    account,
    newId: randomUUID,
    cluster: 'default',
    input: { taskDefinition: 'flows', networkConfiguration },
    definition,
    placement: { launchType: 'FARGATE' },
    now: new Date(clock.now()),
  });
  const changes: Pick<Task, 'version' | 'lastStatus'>[] = [];
  const life = new TaskLife(
    task,
    { name: 'flow' },
    {
      clock,
      runner: undefined,
      provisioningMs: () => 20_000,
      playMs: 5000,
      startFailure: () => undefined,
      onChange: ({ version, lastStatus }) => changes.push({ version, lastStatus }),
      ...options,
    },
  );
  return { clock, task, life, changes, end: life.live() };
}

/** A container that ends only when it is killed, and that SIGTERM leaves alone. */
function stubbornContainer() {
  const signals: string[] = [];
  const exit = Promise.withResolvers<number>();
  const runner: TaskRunner = () =>
    Promise.resolve({
      exitCode: exit.promise,
      output: () => '',
      kill: (signal) => {
        signals.push(signal);
        if (signal === 'SIGKILL') exit.resolve(137);
      },
    });
  return { signals, runner, exit };
}

describe('a played task', () => {
  test('passes through all states, each a version of its own', async () => {
    const { clock, task, changes, end } = setUp();
    await clock.advance(19_999);
    expect(task.lastStatus).toBe('PROVISIONING');
    await clock.advance(1);
    expect(task).toMatchObject({ lastStatus: 'RUNNING', attachments: [{ status: 'ATTACHED' }] });
    await clock.advance(5000);
    await end;
    expect(changes).toEqual([
      { version: 1, lastStatus: 'PROVISIONING' },
      { version: 2, lastStatus: 'PENDING' },
      { version: 3, lastStatus: 'RUNNING' },
      { version: 4, lastStatus: 'DEPROVISIONING' },
      { version: 5, lastStatus: 'STOPPED' },
    ]);
    expect(task).toMatchObject({
      desiredStatus: 'STOPPED',
      stopCode: 'EssentialContainerExited',
      stoppedReason: 'Essential container in task exited',
      containers: [{ lastStatus: 'STOPPED', exitCode: 0 }],
    });
    expect((task.stoppedAt?.getTime() ?? 0) - task.createdAt.getTime()).toBe(25_000);
  });

  test('that is stopped while it is provisioned never runs', async () => {
    const { clock, life, task, end } = setUp();
    await clock.advance(1000);
    life.stop('because');
    expect(task).toMatchObject({ desiredStatus: 'STOPPED', lastStatus: 'PROVISIONING' });
    await end;
    expect(task).toMatchObject({
      lastStatus: 'STOPPED',
      stopCode: 'UserInitiated',
      stoppedReason: 'because',
    });
    expect(task.startedAt).toBeUndefined();
    expect(task.containers[0]?.exitCode).toBeUndefined();
  });

  test('that is stopped while it runs was terminated', async () => {
    const { clock, life, task, end } = setUp();
    await clock.advance(21_000);
    life.stop('because');
    await end;
    expect(task).toMatchObject({ stopCode: 'UserInitiated', containers: [{ exitCode: 143 }] });
  });

  test('can be made to fail to start', async () => {
    const failure = {
      stopCode: 'TaskFailedToStart',
      stoppedReason: 'CannotPullContainerError: gone',
    } as const;
    const { clock, task, end } = setUp({ startFailure: () => failure });
    await clock.until(end);
    expect(task).toMatchObject({ ...failure, containers: [{ reason: failure.stoppedReason }] });
    expect(task.startedAt).toBeUndefined();
  });
});

describe('a task that really runs', () => {
  test('ends with the exit code of its flow container', async () => {
    const { runner, exit } = stubbornContainer();
    const { clock, task, end } = setUp({ runner });
    await clock.advance(100_000);
    expect(task.lastStatus).toBe('RUNNING');
    exit.resolve(3);
    await end;
    expect(task).toMatchObject({ stopCode: 'EssentialContainerExited', containers: [{ exitCode: 3 }] });
  });

  test('that is stopped has 30 seconds before it is killed', async () => {
    const { runner, signals } = stubbornContainer();
    const { clock, life, task, end } = setUp({ runner });
    await clock.advance(20_000);
    life.stop('because');
    life.stop('again');
    await clock.advance(29_999);
    expect(signals).toEqual(['SIGTERM']);
    await clock.advance(1);
    await end;
    expect(signals).toEqual(['SIGTERM', 'SIGKILL']);
    expect(task).toMatchObject({ stoppedReason: 'because', containers: [{ exitCode: 137 }] });
  });

  test('that is stopped while its container is being started is stopped then', async () => {
    const { runner, signals } = stubbornContainer();
    const gate = Promise.withResolvers<undefined>();
    const { clock, life, end } = setUp({
      runner: async (container) => {
        await gate.promise;
        return runner(container);
      },
    });
    await clock.advance(20_000);
    life.stop('because');
    gate.resolve(undefined);
    await clock.until(end);
    expect(signals).toEqual(['SIGTERM', 'SIGKILL']);
  });

  test('is killed at once when the sandbox closes', async () => {
    const { runner, signals } = stubbornContainer();
    const { clock, life, end } = setUp({ runner });
    await clock.advance(20_000);
    life.kill();
    await end;
    expect(signals[0]).toBe('SIGKILL');
  });

  test('that cannot be started says why', async () => {
    const { clock, task, end } = setUp({ runner: () => Promise.reject(new Error('no such secret')) });
    await clock.until(end);
    expect(task).toMatchObject({
      stopCode: 'TaskFailedToStart',
      stoppedReason: 'CannotStartContainerError: no such secret',
    });
  });
});
