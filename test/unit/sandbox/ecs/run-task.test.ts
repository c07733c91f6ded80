import { randomUUID } from 'node:crypto';
import type { RunTaskRequest } from '@aws-sdk/client-ecs';
import { describe, expect, test } from 'vitest';
import { Account } from '../../../../src/sandbox/ecs/account.ts';
import { ClientTokens } from '../../../../src/sandbox/ecs/client-tokens.ts';
import { runTask } from '../../../../src/sandbox/ecs/run-task.ts';
import { TaskDefinitions } from '../../../../src/sandbox/ecs/task-definitions.ts';
import { Tasks } from '../../../../src/sandbox/ecs/tasks.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';
import { registerInput } from './register-input.ts';

const HOUR_MS = 3_600_000;
const networkConfiguration = { awsvpcConfiguration: { subnets: ['subnet-1'] } };

function setUp({ playMs = 1000 } = {}) {
  const clock = new VirtualClock();
  const account = new Account(['default', 'flows']);
  const taskDefinitions = new TaskDefinitions(account, clock);
  const tags = [
    { key: 'team', value: 'data' },
    { key: 'env', value: 'definition' },
  ];
  taskDefinitions.register(registerInput({ tags }));
  taskDefinitions.register({
    family: 'ec2',
    containerDefinitions: [{ name: 'flow', image: 'i', memory: 64 }],
  });
  const tasks = new Tasks(account, {
    clock,
    runner: undefined,
    provisioningMs: () => 0,
    playMs,
    startFailure: () => undefined,
  });
  const clientTokens = new ClientTokens(clock);
  const newId = randomUUID;
  const deps = { account, clock, newId, clientTokens, taskDefinitions, tasks, throttle: () => undefined };
  const run = (input: Partial<RunTaskRequest> = {}) =>
    runTask({ taskDefinition: 'flows', launchType: 'FARGATE', networkConfiguration, ...input }, deps);
  return { clock, tasks, run };
}

function environmentOf(bytes: number) {
  const shell = JSON.stringify({ containerOverrides: [{ name: 'flow', command: [''] }] });
  return { containerOverrides: [{ name: 'flow', command: ['x'.repeat(bytes - shell.length)] }] };
}

describe('RunTask', () => {
  test('answers with as many tasks as were asked for, each with what was asked', () => {
    const { run } = setUp();
    const { tasks, failures } = run({
      count: 2,
      startedBy: 'agent/1',
      overrides: { cpu: '512', memory: '1 GB', containerOverrides: [{ name: 'flow', command: ['true'] }] },
    });
    expect(failures).toEqual([]);
    expect(new Set(tasks?.map(({ taskArn }) => taskArn)).size).toBe(2);
    expect(tasks?.[1]).toMatchObject({
      lastStatus: 'PROVISIONING',
      desiredStatus: 'RUNNING',
      launchType: 'FARGATE',
      platformVersion: '1.4.0',
      startedBy: 'agent/1',
      group: 'family:flows',
      cpu: '512',
      memory: '1024',
      overrides: { containerOverrides: [{ name: 'flow', command: ['true'] }] },
      attachments: [{ type: 'ElasticNetworkInterface' }],
      containers: [{ name: 'flow', lastStatus: 'PENDING' }],
    });
  });

  test('merges the definition’s tags into the request’s when told to, and the request’s win', () => {
    const { run } = setUp();
    const request = { tags: [{ key: 'env', value: 'request' }] };
    expect(run(request).tasks?.[0]?.tags).toEqual(request.tags);
    expect(run({ ...request, propagateTags: 'TASK_DEFINITION' }).tasks?.[0]?.tags).toEqual([
      { key: 'team', value: 'data' },
      { key: 'env', value: 'request' },
    ]);
  });

  test.each<[string, Partial<RunTaskRequest>]>([
    ['a count of 10', { count: 10 }],
    ['a client token of 64 characters', { clientToken: '~'.repeat(64) }],
    ['a startedBy of 128 characters', { startedBy: 'a-/_'.repeat(32) }],
    ['overrides of 8192 characters', { overrides: environmentOf(8192) }],
    ['the ARN of a cluster', { cluster: 'arn:aws:ecs:us-east-1:123456789012:cluster/flows' }],
    ['the platform 1.4.0', { platformVersion: '1.4.0' }],
    [
      'a strategy of Spot',
      { launchType: undefined, capacityProviderStrategy: [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }] },
    ],
    ['a definition for EC2', { taskDefinition: 'ec2', launchType: 'EC2', networkConfiguration: undefined }],
  ])('accepts: %s', (_name, input) => {
    expect(setUp().run(input).tasks).toHaveLength(input.count ?? 1);
  });

  const invalid = 'InvalidParameterException';
  test.each<[string, Partial<RunTaskRequest>, string, RegExp]>([
    ['an absent cluster', { cluster: 'other' }, 'ClusterNotFoundException', /Cluster not found/],
    ['an unknown definition', { taskDefinition: 'other' }, invalid, /TaskDefinition not found/],
    ['a count of 0', { count: 0 }, invalid, /count/],
    ['a count of 11', { count: 11 }, invalid, /count/],
    ['a client token of 65 characters', { clientToken: 'a'.repeat(65) }, invalid, /clientToken/],
    ['a client token with a space', { clientToken: 'a b' }, invalid, /clientToken/],
    ['a startedBy of 129 characters', { startedBy: 'a'.repeat(129) }, invalid, /startedBy/],
    ['a startedBy with a dot', { startedBy: 'a.b' }, invalid, /startedBy/],
    ['overrides of 8193 characters', { overrides: environmentOf(8193) }, invalid, /at most 8192/],
    ['51 tags', { tags: Array.from({ length: 51 }, (_, i) => ({ key: String(i) })) }, invalid, /50/],
    ['tags of a service', { propagateTags: 'SERVICE' }, invalid, /propagateTags/],
    ['no network', { networkConfiguration: undefined }, invalid, /Network Configuration must be provided/],
    [
      'no subnets',
      { networkConfiguration: { awsvpcConfiguration: { subnets: [] } } },
      invalid,
      /subnets can not be empty/,
    ],
    [
      'six security groups',
      {
        networkConfiguration: { awsvpcConfiguration: { subnets: ['s'], securityGroups: Array(6).fill('g') } },
      },
      invalid,
      /securityGroups/,
    ],
    [
      'a network for bridge',
      { taskDefinition: 'ec2', launchType: 'EC2' },
      invalid,
      /not valid for the given/,
    ],
    [
      'a public address on EC2',
      {
        launchType: 'EC2',
        networkConfiguration: { awsvpcConfiguration: { subnets: ['s'], assignPublicIp: 'ENABLED' } },
      },
      invalid,
      /Assign public IP/,
    ],
    [
      'Fargate for an EC2 definition',
      { taskDefinition: 'ec2' },
      invalid,
      /does not support launch_type FARGATE/,
    ],
    [
      'launch type and strategy',
      { capacityProviderStrategy: [{ capacityProvider: 'FARGATE' }] },
      invalid,
      /both a launch type and capacity provider strategy/,
    ],
    [
      'a foreign capacity provider',
      { launchType: undefined, capacityProviderStrategy: [{ capacityProvider: 'mine' }] },
      invalid,
      /not associated with the cluster/,
    ],
    ['a size that Fargate lacks', { overrides: { memory: '3 GB' } }, 'ClientException', /No Fargate config/],
    [
      'a platform that is none',
      { platformVersion: '9' },
      'PlatformUnknownException',
      /platform does not exist/,
    ],
    [
      'an override of no container',
      { overrides: { containerOverrides: [{ name: 'other' }] } },
      invalid,
      /Override for container named other is not a container in the TaskDefinition/,
    ],
  ])('refuses: %s', (_name, input, type, message) => {
    const { run, tasks } = setUp();
    expect(() => run(input)).toThrow(message);
    expect(() => run(input)).toThrow(expect.objectContaining({ type }));
    expect(tasks.all()).toEqual([]);
  });
});

describe('a client token', () => {
  test('repeats the original answer to the same request, although the task has moved on', async () => {
    const { run, clock, tasks } = setUp();
    const first = structuredClone(run({ clientToken: 'a', tags: [{ key: 'k', value: 'v' }] }));
    await clock.advance(2000);
    expect(tasks.all()[0]?.lastStatus).toBe('STOPPED');
    expect(run({ tags: [{ value: 'v', key: 'k' }], clientToken: 'a' })).toEqual(first);
    expect(tasks.all()).toHaveLength(1);
  });

  test('conflicts with another request, and the error names the tasks', () => {
    const { run, tasks } = setUp();
    const first = run({ clientToken: 'a', count: 2 });
    expect(() => run({ clientToken: 'a', count: 2, startedBy: 'x' })).toThrow(
      expect.objectContaining({
        type: 'ConflictException',
        members: { resourceIds: first.tasks?.map(({ taskArn }) => taskArn) },
      }),
    );
    expect(tasks.all()).toHaveLength(2);
  });

  test('belongs to its cluster', () => {
    const { run, tasks } = setUp();
    run({ clientToken: 'a', cluster: 'default' });
    run({ clientToken: 'a', cluster: 'flows' });
    expect(tasks.all()).toHaveLength(2);
  });

  test.each([
    { life: 'that ended', playMs: 1000, knownMs: HOUR_MS },
    { life: 'that goes on', playMs: 48 * HOUR_MS, knownMs: 23 * HOUR_MS },
  ])('of a task $life is forgotten in the end', async ({ playMs, knownMs }) => {
    const { run, clock, tasks } = setUp({ playMs });
    run({ clientToken: 'a' });
    await clock.advance(knownMs);
    run({ clientToken: 'a' });
    expect(tasks.all()).toHaveLength(1);
    await clock.advance(HOUR_MS);
    run({ clientToken: 'a' });
    expect(tasks.all()).toHaveLength(2);
  });

  test('is free again after a refusal', () => {
    const { run } = setUp();
    expect(() => run({ clientToken: 'a', taskDefinition: 'other' })).toThrow('TaskDefinition not found.');
    expect(run({ clientToken: 'a' }).tasks).toHaveLength(1);
  });
});
