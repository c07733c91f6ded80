import {
  DeleteTaskDefinitionsCommand,
  DeregisterTaskDefinitionCommand,
  DescribeTaskDefinitionCommand,
} from '@aws-sdk/client-ecs';
import { describe, expect, test } from 'vitest';
import { familyOf } from '../../../src/ecs/definition-family.ts';
import { TaskDefinitions } from '../../../src/ecs/task-definitions.ts';
import type { EcsOptions } from '../../../src/sandbox/ecs/ecs-server.ts';
import type { TaskDefinitionContent } from '../../../src/tasks/task-request.ts';
import { ecs } from '../../support/ecs.ts';
import { RecordingLogger } from '../../support/recording-logger.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const DAY_MS = 86_400_000;
const CONTENT: TaskDefinitionContent = {
  networkMode: 'awsvpc',
  cpu: '256',
  memory: '512',
  requiresCompatibilities: ['FARGATE'],
  containerDefinitions: [{ name: 'flow', image: 'prefecthq/prefect:1.4.1' }],
};
const FAMILY = familyOf(CONTENT);
const patient = () => new AbortController().signal;

/** An ECS, and agents' definitions that live on one day. */
async function setUp(options: Partial<EcsOptions> = {}) {
  const { sandbox, client, calls } = await ecs(options);
  const clock = new VirtualClock(Date.parse('2026-11-23T12:00:00Z'));
  const logger = new RecordingLogger();
  const warm = () => new TaskDefinitions(client, clock);
  const tagOf = async (taskDefinition: string) => {
    const command = new DescribeTaskDefinitionCommand({ taskDefinition, include: ['TAGS'] });
    const { tags = [] } = await client.send(command);
    calls.take();
    return tags.find(({ key }) => key === 'prefect:last-used')?.value;
  };
  const ecsCalls = () => calls.take().ecs;
  return { sandbox, client, clock, logger, warm, tagOf, ecsCalls };
}

describe('a definition is registered once', () => {
  test('in whatever order it is written, and found again after a cold start', async () => {
    const { warm, ecsCalls } = await setUp();
    const { cpu, ...rest } = CONTENT;
    const reordered = { ...rest, cpu };
    const definitions = warm();
    const arn = await definitions.arnOf(CONTENT, patient());
    expect(await definitions.arnOf(reordered, patient())).toBe(arn);
    expect(await warm().arnOf(CONTENT, patient())).toBe(arn);
    expect(ecsCalls()).toEqual({ DescribeTaskDefinition: 2, RegisterTaskDefinition: 1 });
  });

  test('for all who ask at once', async () => {
    const { warm, ecsCalls } = await setUp();
    const definitions = warm();
    const arns = await Promise.all(Array.from({ length: 10 }, () => definitions.arnOf(CONTENT, patient())));
    expect(new Set(arns).size).toBe(1);
    expect(ecsCalls()).toEqual({ DescribeTaskDefinition: 1, RegisterTaskDefinition: 1 });
  });

  test('for the others when the first who asked runs out of time', async () => {
    const { warm, sandbox, ecsCalls } = await setUp();
    const definitions = warm();
    const leaving = new AbortController();
    const first = definitions.arnOf(CONTENT, leaving.signal);
    const second = definitions.arnOf(CONTENT, patient());
    leaving.abort(new Error('out of time'));
    await expect(first).rejects.toThrow('out of time');
    expect(await second).toBe(sandbox.taskDefinitions()[0]?.taskDefinitionArn);
    expect(ecsCalls()).toEqual({ DescribeTaskDefinition: 1, RegisterTaskDefinition: 1 });
  });

  test('or twice when two sandboxes race, and either will do', async () => {
    const { warm, sandbox } = await setUp();
    const arns = await Promise.all([warm().arnOf(CONTENT, patient()), warm().arnOf(CONTENT, patient())]);
    const active = sandbox.taskDefinitions().filter(({ status }) => status === 'ACTIVE');
    for (const arn of arns) expect(active.map(({ taskDefinitionArn }) => taskDefinitionArn)).toContain(arn);
    expect(await warm().arnOf(CONTENT, patient())).toBe(active.at(-1)?.taskDefinitionArn);
  });
});

describe('a definition that is gone is registered anew, once a launch has found that out', () => {
  test.each(['INACTIVE', 'DELETE_IN_PROGRESS'])('%s', async (status) => {
    const { warm, client, sandbox } = await setUp();
    const definitions = warm();
    const arn = await definitions.arnOf(CONTENT, patient());
    await client.send(new DeregisterTaskDefinitionCommand({ taskDefinition: arn }));
    if (status === 'DELETE_IN_PROGRESS') {
      await client.send(new DeleteTaskDefinitionsCommand({ taskDefinitions: [arn] }));
    }
    expect(sandbox.taskDefinitions()[0]?.status).toBe(status);
    definitions.forget(CONTENT, arn);
    expect(await definitions.arnOf(CONTENT, patient())).toBe(arn.replace(/1$/, '2'));
    expect(await warm().arnOf(CONTENT, patient())).toBe(arn.replace(/1$/, '2'));
  });
});

test('a look-up that fails is made again by the next launch', async () => {
  const { warm } = await setUp({
    faults: ({ operation, sequence }) =>
      operation === 'RegisterTaskDefinition' && sequence === 1
        ? { kind: 'error', type: 'AccessDeniedException', message: 'no', when: 'before' }
        : undefined,
  });
  const definitions = warm();
  await expect(definitions.arnOf(CONTENT, patient())).rejects.toThrow('no');
  expect(await definitions.arnOf(CONTENT, patient())).toContain(FAMILY);
});

test('a warm sandbox does not grow with its definitions', { timeout: 60_000 }, async () => {
  const { warm, clock, ecsCalls } = await setUp({ throttle: false });
  const definitions = warm();
  const image = (i: number) => ({ ...CONTENT, containerDefinitions: [{ name: 'flow', image: `i:${i}` }] });
  for (let i = 0; i <= 500; i += 1) {
    await definitions.arnOf(image(i), patient());
    // AWS allows one registration a second, and this is the pace.
    await clock.advance(1000);
  }
  ecsCalls();
  await definitions.arnOf(image(500), patient());
  await definitions.arnOf(image(0), patient());
  expect(ecsCalls()).toEqual({ DescribeTaskDefinition: 1 });
});

describe('the day of the last use', () => {
  test('is a tag from the beginning, beside the user’s own', async () => {
    const { warm, sandbox, tagOf } = await setUp();
    const tags = [{ key: 'team', value: 'data' }];
    const arn = await warm().arnOf({ ...CONTENT, tags }, patient());
    expect(await tagOf(arn)).toBe('2026-11-23');
    expect(sandbox.requests.find(({ operation }) => operation.startsWith('Register'))?.input).toMatchObject({
      tags: [...tags, { key: 'prefect:last-used', value: '2026-11-23' }],
    });
  });

  test('is not renewed on the same day, and is renewed once on another one', async () => {
    const { warm, clock, logger, tagOf, ecsCalls } = await setUp();
    const definitions = warm();
    const arn = await definitions.arnOf(CONTENT, patient());
    await definitions.renewed(logger, patient());
    await clock.advance(DAY_MS);
    ecsCalls();
    for (let i = 0; i < 3; i += 1) {
      await definitions.arnOf(CONTENT, patient());
      await definitions.renewed(logger, patient());
    }
    expect(ecsCalls()).toEqual({ TagResource: 1 });
    expect(await tagOf(arn)).toBe('2026-11-24');
  });

  test('is not renewed when no run uses the definition', async () => {
    const { warm, clock, logger, ecsCalls } = await setUp();
    const definitions = warm();
    await definitions.arnOf(CONTENT, patient());
    await clock.advance(DAY_MS);
    ecsCalls();
    await definitions.renewed(logger, patient());
    expect(ecsCalls()).toEqual({});
  });

  test.each([
    ['is renewed by a cold sandbox', '2026-11-22', 1],
    ['is left alone by a cold sandbox on the same day', '2026-11-23', 0],
    ['is renewed where somebody wrote something else', 'never', 1],
    ['is added where it is missing', undefined, 1],
  ])('%s', async (_, value, renewals) => {
    const { warm, sandbox, logger, tagOf, ecsCalls } = await setUp();
    const tags = value === undefined ? [] : [{ key: 'prefect:last-used', value }];
    const { taskDefinitionArn } = sandbox.putTaskDefinition({ ...CONTENT, family: FAMILY, tags });
    const definitions = warm();
    expect(await definitions.arnOf(CONTENT, patient())).toBe(taskDefinitionArn);
    await definitions.renewed(logger, patient());
    expect(ecsCalls()).toEqual({ DescribeTaskDefinition: 1, ...(renewals > 0 && { TagResource: renewals }) });
    expect(await tagOf(taskDefinitionArn)).toBe('2026-11-23');
  });

  test('is left out where the user’s own tags leave no room', async () => {
    const { warm, logger, ecsCalls } = await setUp();
    const tags = Array.from({ length: 50 }, (_, i) => ({ key: String(i), value: '' }));
    for (const definitions of [warm(), warm()]) {
      await definitions.arnOf({ ...CONTENT, tags }, patient());
      await definitions.renewed(logger, patient());
    }
    expect(ecsCalls()).toEqual({ DescribeTaskDefinition: 2, RegisterTaskDefinition: 1 });
  });

  test('that can’t be renewed is one warning, and is not tried again on that day', async () => {
    const denied = { kind: 'error', type: 'AccessDeniedException', message: 'no', when: 'before' } as const;
    const { warm, sandbox, logger, ecsCalls } = await setUp({
      faults: ({ operation }) => (operation === 'TagResource' ? denied : undefined),
    });
    const definitions = warm();
    const images = ['a', 'b'].map((image) => ({
      ...CONTENT,
      containerDefinitions: [{ name: 'flow', image }],
    }));
    for (const content of images) sandbox.putTaskDefinition({ ...content, family: familyOf(content) });
    for (let i = 0; i < 2; i += 1) {
      for (const content of images) await definitions.arnOf(content, patient());
      await definitions.renewed(logger, patient());
    }
    expect(ecsCalls()).toMatchObject({ TagResource: 2 });
    expect(logger.messages('warn')).toEqual([expect.stringContaining('2 task definition(s)')]);
  });

  test('holds up a batch for 3 s at most', async () => {
    const { warm, sandbox, clock, logger } = await setUp({
      faults: ({ operation }) => (operation === 'TagResource' ? { kind: 'delay', ms: 60_000 } : undefined),
    });
    sandbox.putTaskDefinition({ ...CONTENT, family: FAMILY });
    const definitions = warm();
    await definitions.arnOf(CONTENT, patient());
    const startMs = clock.now();
    await clock.until(definitions.renewed(logger, patient()));
    expect(clock.now() - startMs).toBe(3000);
    expect(logger.messages('warn')).toHaveLength(1);
  });

  test('that the time did not suffice for is renewed by the next use, without a warning', async () => {
    const { warm, sandbox, logger, tagOf } = await setUp();
    const { taskDefinitionArn } = sandbox.putTaskDefinition({ ...CONTENT, family: FAMILY });
    const definitions = warm();
    await definitions.arnOf(CONTENT, patient());
    await definitions.renewed(logger, AbortSignal.abort(new Error('out of time')));
    expect(await tagOf(taskDefinitionArn)).toBeUndefined();
    await definitions.arnOf(CONTENT, patient());
    await definitions.renewed(logger, patient());
    expect(await tagOf(taskDefinitionArn)).toBe('2026-11-23');
    expect(logger.entries).toEqual([]);
  });

  test('of a definition that turned out to be gone is nobody’s business', async () => {
    const { warm, sandbox, logger, ecsCalls } = await setUp();
    sandbox.putTaskDefinition({ ...CONTENT, family: FAMILY });
    const definitions = warm();
    const arn = await definitions.arnOf(CONTENT, patient());
    definitions.forget(CONTENT, arn);
    await definitions.renewed(logger, patient());
    expect(ecsCalls()).toEqual({ DescribeTaskDefinition: 1 });
  });
});
