import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RunTaskCommand, StopTaskCommand, type ContainerDefinition } from '@aws-sdk/client-ecs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../../../src/clock.ts';
import { startEcs } from '../../../../src/sandbox/ecs/ecs-server.ts';
import { runTaskProcess, type TaskProcessOptions } from '../../../../src/sandbox/ecs/run-task-process.ts';
import { definition, ecsClient, runInput } from './ecs-client.ts';

const role = 'arn:aws:iam::123456789012:role/execution';

async function setUp(container: Partial<ContainerDefinition>, options: Partial<TaskProcessOptions> = {}) {
  const cwd = await mkdtemp(join(tmpdir(), 'ecs-sandbox-'));
  const runner = runTaskProcess({ env: { PATH: '/usr/bin:/bin', BASE: 'base' }, cwd, ...options });
  const ecs = await startEcs({ clock: systemClock, runner, playMs: 10 });
  const client = ecsClient(ecs.endpoint);
  onTestFinished(async () => {
    client.destroy();
    await ecs.close();
    await rm(cwd, { recursive: true });
  });
  ecs.putTaskDefinition({
    ...definition,
    executionRoleArn: role,
    containerDefinitions: [{ name: 'flow', image: 'i', ...container }],
  });
  const run = async (input: Partial<typeof runInput> = {}) => {
    const { tasks } = await client.send(new RunTaskCommand({ ...runInput, ...input }));
    return tasks?.[0]?.taskArn ?? '';
  };
  const stopped = async () => {
    await expect.poll(() => ecs.tasks()[0]?.lastStatus, { timeout: 10_000 }).toBe('STOPPED');
    return ecs.tasks()[0];
  };
  return { cwd, ecs, client, run, stopped };
}

const sh = (script: string) => ({ entryPoint: ['/bin/sh', '-c'], command: [script] });

describe('a task process', () => {
  test('runs the effective command in the effective environment, and nothing is inherited', async () => {
    const { ecs, run, stopped, cwd } = await setUp({
      ...sh('exit 1'),
      environment: [
        { name: 'A', value: 'definition' },
        { name: 'B', value: 'definition' },
      ],
    });
    const containerOverrides = [
      { name: 'flow', command: ['pwd; env | sort; exit 3'], environment: [{ name: 'B', value: 'override' }] },
    ];
    const taskArn = await run({ overrides: { containerOverrides } });
    expect((await stopped())?.containers[0]?.exitCode).toBe(3);
    const lines = (ecs.output(taskArn) ?? '')
      .split('\n')
      .filter((line) => !/^(_|SHLVL|OLDPWD|PWD)=/.test(line));
    expect(lines).toEqual([cwd, 'A=definition', 'B=override', 'BASE=base', 'PATH=/usr/bin:/bin', '']);
  });

  test('fails to start where its folder is missing', async () => {
    const { run, stopped } = await setUp(sh('true'), { cwd: '/no/such/folder' });
    await run();
    expect((await stopped())?.stoppedReason).toMatch(/^CannotStartContainerError: .*ENOENT/);
  });

  test('hands on what it writes and keeps the end of it', async () => {
    let heard = 0;
    const { ecs, run, stopped } = await setUp(sh('head -c 100000 /dev/zero | tr "\\0" x; echo end >&2'), {
      onOutput: (_container, text) => {
        heard += text.length;
      },
    });
    const taskArn = await run();
    await stopped();
    expect(heard).toBe(100_004);
    expect(ecs.output(taskArn)).toHaveLength(65_536);
    expect(ecs.output(taskArn)?.endsWith('x')).toBe(false);
  });

  test.each([
    ['no command', {}],
    ['a program that is not on the PATH', { command: ['no-such-program'] }],
    ['an absolute program that is not here', { command: ['/no/such/program'] }],
    ['a file that is no program', { command: ['/etc/passwd'] }],
    ['a folder', { command: ['/usr/bin'] }],
  ])('is played when it has %s', async (_name, container) => {
    const { ecs, run, stopped } = await setUp(container);
    const taskArn = await run();
    expect(await stopped()).toMatchObject({
      stopCode: 'EssentialContainerExited',
      containers: [{ exitCode: 0 }],
    });
    expect(ecs.output(taskArn)).toBeUndefined();
  });

  test('is ended by StopTask, with all that it started', async () => {
    const { ecs, client, run, stopped } = await setUp(sh('sleep 300 & echo $!; wait'));
    const taskArn = await run();
    await expect.poll(() => ecs.output(taskArn)).toMatch(/\d+\n/);
    await client.send(new StopTaskCommand({ task: taskArn }));
    // The sleep holds the output open: the task could not have stopped before it ended.
    expect(await stopped()).toMatchObject({ stopCode: 'UserInitiated', containers: [{ exitCode: 143 }] });
  });

  test('takes along what its command left running', async () => {
    const { run, stopped } = await setUp(sh('sleep 300 &'));
    await run();
    expect(await stopped()).toMatchObject({ containers: [{ exitCode: 0 }] });
  });

  test('does not outlive the sandbox, whatever it makes of SIGTERM', async () => {
    const { ecs, run } = await setUp(sh('trap "" TERM; echo $$; sleep 300'));
    const taskArn = await run();
    await expect.poll(() => ecs.output(taskArn)).toMatch(/\d+\n/);
    await ecs.close();
    expect(ecs.tasks()[0]).toMatchObject({ lastStatus: 'STOPPED', containers: [{ exitCode: 137 }] });
    expect(() => process.kill(Number(ecs.output(taskArn)), 0)).toThrow('ESRCH');
  });
});
