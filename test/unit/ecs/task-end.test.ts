import type { Task } from '@aws-sdk/client-ecs';
import { describe, expect, test } from 'vitest';
import { readTaskEnd } from '../../../src/ecs/task-end.ts';

const TASK_ARN = 'arn:aws:ecs:us-east-1:123456789012:task/flows/0af';

const stopped = (change: Partial<Task> = {}): Task => ({
  taskArn: TASK_ARN,
  taskDefinitionArn: 'arn:aws:ecs:us-east-1:123456789012:task-definition/prefect-1:1',
  lastStatus: 'STOPPED',
  stopCode: 'TaskFailedToStart',
  stoppedReason: 'CannotPullContainerError: etl:1: not found',
  createdAt: new Date(0),
  stoppedAt: new Date(1000),
  ...change,
});

const causeOf = (stoppedReason: string, ...chosen: string[]) =>
  readTaskEnd(stopped({ stoppedReason }), new Set(chosen))?.cause;

const SECRET =
  'ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: ' +
  'unable to retrieve secret from asm: AccessDeniedException: no identity-based policy allows the action';

describe('a task that could not be started', () => {
  test.each<[string, string]>([
    ['CannotPullContainerError: pull image manifest has been retried 1 time(s): etl:1: not found', 'run'],
    ['CannotPullContainerError: pull access denied for etl, repository does not exist', 'run'],
    ['CannotPullContainerError: failed to do request: dial tcp 10.0.0.1:443: i/o timeout', 'account'],
    ['CannotPullContainerError: toomanyrequests: You have reached your pull rate limit.', 'account'],
    ['CannotPullContainerError: User: role/x is not authorized to perform: ecr:BatchGetImage', 'account'],
    ['CannotStartContainerError: exec: "prefect": executable file not found in $PATH', 'run'],
    ['OutOfMemoryError: Container killed due to memory usage', 'run'],
    [SECRET, 'account'],
    [
      'ResourceInitializationError: failed to validate logger args: The specified log group does not exist',
      'account',
    ],
    ['ECS was unable to assume the role that was provided for this task.', 'account'],
    ['Unable to use arn:aws:iam::123456789012:role/flows', 'account'],
    ['Capacity is unavailable at this time. Please try again later', 'account'],
    ['Timeout waiting for network interface provisioning to complete.', 'account'],
    [
      'Unexpected EC2 error while attempting to Create Network Interface in subnet-1: no free addresses',
      'account',
    ],
    ["You've reached the limit on the number of vCPUs you can run concurrently", 'account'],
    ['Rate exceeded', 'account'],
    ['ThrottlingException: Rate exceeded', 'account'],
    ['Request limit exceeded.', 'account'],
    ['CannotPullContainerError: ref pull has been retried: ThrottlingException: Rate exceeded', 'account'],
    ['ContainerRuntimeError: the hook says: rate exceeded, the queue throttles', 'run'],
    ['Something that nobody has heard of', 'run'],
    [
      'CannotPullContainerError: failed to resolve ref acme/connection-check:1: acme/connection-check:1: not found',
      'run',
    ],
    ['CannotPullContainerError: ref registry.example.com/429/etl:500: not found', 'run'],
    [
      'CannotPullContainerError: ref acme/etl:1: Get "https://registry.example.com/v2/": dial tcp: lookup registry.example.com: no such host',
      'account',
    ],
    [
      'CannotPullContainerError: read tcp 10.0.0.1:41->10.0.0.2:443: read: connection reset by peer',
      'account',
    ],
    [
      'CannotPullContainerError: httpReadSeeker: failed open: unexpected status code https://r.example.com/v2/etl/manifests/1: 503 Service Unavailable',
      'account',
    ],
  ])('%s: %s', (reason, cause) => {
    expect(causeOf(reason)).toBe(cause);
  });

  test.each<[string, string]>([
    [SECRET, 'executionRoleArn'],
    [SECRET, 'containerDefinitions'],
    ['ECS was unable to assume the role that was provided for this task.', 'taskRoleArn'],
    ['CannotPullContainerError: dial tcp: i/o timeout', 'networkConfiguration'],
  ])('%s: the run’s, where it chose the %s', (reason, chosen) => {
    expect(causeOf(reason, chosen)).toBe('run');
  });
});

test.each<[Partial<Task>, string]>([
  [{ stopCode: 'SpotInterruption', stoppedReason: 'Your Spot Task was interrupted.' }, 'interruption'],
  [{ stopCode: 'TerminationNotice' }, 'interruption'],
  [{ stopCode: 'InfrastructureHealth' }, 'interruption'],
  [{ stopCode: 'EssentialContainerExited', stoppedReason: 'Essential container in task exited' }, 'run'],
  [{ stopCode: 'UserInitiated', stoppedReason: 'AccessDenied: subnet quota' }, 'run'],
])('a task that stopped with %j is ended by the %s', (change, cause) => {
  expect(readTaskEnd(stopped(change), new Set())?.cause).toBe(cause);
});

test('the reason has the task, ECS’s own words once and the exit code of the flow’s container', () => {
  const task = stopped({
    stopCode: 'EssentialContainerExited',
    stoppedReason: 'Essential container in task exited',
    containers: [
      { name: 'sidecar', exitCode: 0, reason: '' },
      { name: 'proxy', exitCode: 0 },
      { name: 'flow', exitCode: 137, reason: 'OutOfMemoryError: Container killed due to memory usage' },
    ],
  });
  expect(readTaskEnd(task, new Set())).toMatchObject({
    atMs: 1000,
    exitCode: 137,
    reason:
      'Task flows/0af stopped, EssentialContainerExited: Essential container in task exited; ' +
      'OutOfMemoryError: Container killed due to memory usage (exit code 137)',
  });
});

test('a task without containers, a stop code and a reason is read as well', () => {
  const { taskArn, lastStatus } = stopped();
  const nothing = { atMs: 0, cause: 'run', exitCode: undefined };
  const reason = 'Task flows/0af stopped, No stopCode: no reason given';
  expect(readTaskEnd({ taskArn, lastStatus, stoppedReason: '' }, new Set())).toMatchObject({
    ...nothing,
    reason,
  });
  expect(readTaskEnd({ lastStatus }, new Set())).toMatchObject({
    ...nothing,
    reason: 'Task  stopped, No stopCode: no reason given',
  });
});

test.each(['PROVISIONING', 'PENDING', 'RUNNING', 'DEACTIVATING', 'DEPROVISIONING'])(
  'a task in %s lives',
  (lastStatus) => {
    expect(readTaskEnd(stopped({ lastStatus }), new Set())).toBeUndefined();
  },
);

describe('the likeness of an end', () => {
  const endOf = (stoppedReason: string, change: Partial<Task> = {}) =>
    readTaskEnd(stopped({ stoppedReason, ...change }), new Set());

  test('says what happened, without what is different for each task', () => {
    const reason = 'CannotPullContainerError: failed to resolve ref a.example.com/etl:1: 503 at 0a1b2c3d4e';
    expect(endOf(reason)?.likeness).toBe(
      'TaskFailedToStart: CannotPullContainerError: failed to resolve ref * # at # ',
    );
  });

  test('is the same for the same end of two images, and another for another end', () => {
    const pulled = (image: string, at: string) =>
      endOf(`CannotPullContainerError: failed to resolve ref ${image}: 503 at ${at}`)?.likeness;
    expect(pulled('a.example.com/etl:1', '12')).toBe(pulled('b.example.com/report:7', '99'));
    expect(endOf('it ended')?.likeness).not.toBe(endOf('it faded')?.likeness);
  });

  test('has the exit code, for what a program says is the same whatever it ended with', () => {
    const exited = (exitCode: number) =>
      endOf('Essential container in task exited', { containers: [{ name: 'flow', exitCode }] })?.likeness;
    expect(exited(1)).not.toBe(exited(137));
  });

  test('goes with the definition that ran', () => {
    expect(endOf('x')?.program).toBe(stopped().taskDefinitionArn);
    expect(readTaskEnd({ lastStatus: 'STOPPED' }, new Set())?.program).toBe('');
  });
});

test.each<[string, Task]>([
  [
    'called `flow`',
    {
      containers: [
        { name: 'proxy', exitCode: 0 },
        { name: 'flow', exitCode: 9 },
      ],
    },
  ],
  [
    'called `prefect`',
    {
      containers: [
        { name: 'proxy', exitCode: 0 },
        { name: 'prefect', exitCode: 9 },
      ],
    },
  ],
  [
    'whose command was replaced',
    {
      containers: [
        { name: 'proxy', exitCode: 0 },
        { name: 'etl', exitCode: 9 },
      ],
      overrides: { containerOverrides: [{ name: 'proxy' }, { name: 'etl', command: ['prefect'] }] },
    },
  ],
  ['that ran, where none has a name or an override', { containers: [{}, { exitCode: 9 }], overrides: {} }],
  [
    'that ran, where no command was replaced',
    {
      containers: [{ name: 'a' }, { name: 'b', exitCode: 9 }],
      overrides: { containerOverrides: [{ name: 'a' }] },
    },
  ],
])('the exit code is that of the container %s', (_, change) => {
  expect(readTaskEnd(stopped({ stopCode: 'EssentialContainerExited', ...change }), new Set())?.exitCode).toBe(
    9,
  );
});
