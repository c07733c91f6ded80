import { RegisterTaskDefinitionCommand, RunTaskCommand } from '@aws-sdk/client-ecs';
import { describe, expect, test } from 'vitest';
import { CallCounter } from '../../../src/call-counter.ts';
import { createEcsClient } from '../../../src/ecs/ecs-client.ts';
import { DefinitionCleanup } from '../../../src/ecs/definition-cleanup.ts';
import { familyOf } from '../../../src/ecs/definition-family.ts';
import type { EcsOptions } from '../../../src/sandbox/ecs/ecs-server.ts';
import type { Fault } from '../../../src/sandbox/faults.ts';
import { contentOf, ownDefinition } from '../../support/definitions.ts';
import { AWS, ecs, REQUEST } from '../../support/ecs.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const DAY_MS = 86_400_000;
const REGISTERED_MS = Date.parse('2026-08-15T12:00:00Z');
const NOW_MS = REGISTERED_MS + 100 * DAY_MS;

/** An ECS in which everything was registered a hundred days ago, and what cleans it up. */
async function setUp(options: Partial<EcsOptions> = {}) {
  const clock = new VirtualClock(REGISTERED_MS);
  const { sandbox } = await ecs({ clock, playMs: 1000 * DAY_MS, ...options });
  const calls = new CallCounter();
  // What is throttled shows.
  const client = createEcsClient(calls, { ...AWS, endpoint: sandbox.endpoint, maxAttempts: 1 });
  const worker = (signal = new AbortController().signal, unusedDays = 30) =>
    new DefinitionCleanup({ client, clock, unusedDays, signal });
  const put = (image: string, usedDaysAgo?: number) =>
    sandbox.putTaskDefinition(ownDefinition(image, usedDaysAgo, NOW_MS));
  return { clock, sandbox, calls, client, worker, put };
}

test('only families that the agent itself has named are found', async () => {
  const { sandbox, worker, put } = await setUp();
  const { family } = put('a');
  const others = [
    'prefect-etl-77777777-1111-4111-8111-777777777777',
    'prefect-agent',
    `prefect-${'g'.repeat(40)}`,
    `${family}0`,
    family.slice(0, -1),
    `my-${family}`,
    family.toUpperCase(),
    'web',
  ];
  for (const other of others) sandbox.putTaskDefinition({ ...contentOf('x'), family: other });
  expect(await worker().families()).toEqual({ families: [family], isCut: false });
});

test('a list is read to its last page', async () => {
  const { sandbox, worker, put, calls } = await setUp();
  for (let i = 0; i < 250; i += 1) put(`i:${i}`);
  const { families, isCut } = await worker().families();
  expect(new Set(families)).toEqual(new Set(sandbox.taskDefinitions().map(({ family }) => family)));
  expect({ isCut, calls: calls.take().ecs }).toEqual({
    isCut: false,
    calls: { ListTaskDefinitionFamilies: 3 },
  });
});

describe('a family', () => {
  test.each<[number | undefined, number, string | undefined]>([
    [0, 30, 'used today'],
    [1, 30, 'used yesterday'],
    [29, 30, 'used 29 days ago'],
    [30, 30, undefined],
    [1, 1, undefined],
    [-1, 1, 'used today'],
    [undefined, 100, undefined],
    [undefined, 101, 'used 100 days ago'],
  ])(
    'used %j days ago, where %i are too many, is kept because: %s',
    async (usedDaysAgo, unusedDays, reason) => {
      const { clock, worker, put } = await setUp();
      const { family } = put('a', usedDaysAgo);
      await clock.advance(100 * DAY_MS);
      const { keptBecause } = await worker(undefined, unusedDays).look(family);
      expect(keptBecause).toBe(reason);
    },
  );

  test('counts by its registration where the tag makes no sense', async () => {
    const { clock, sandbox, worker } = await setUp();
    const tags = [{ key: 'prefect:last-used', value: '9999' }];
    const { family } = sandbox.putTaskDefinition({ ...ownDefinition('a'), tags });
    await clock.advance(100 * DAY_MS);
    expect(await worker().look(family)).toMatchObject({ lastUsed: '2026-08-15', keptBecause: undefined });
  });

  test('is as young as the youngest of its revisions, and goes with all of them', async () => {
    const { clock, worker, put } = await setUp();
    const revisions = [put('a', 60), put('a', 40), put('a', 50)];
    await clock.advance(100 * DAY_MS);
    const { family } = ownDefinition('a');
    const arns = revisions.map(({ taskDefinitionArn }) => taskDefinitionArn);
    const lastUsed = new Date(NOW_MS - 40 * DAY_MS).toISOString().slice(0, 10);
    expect(await worker().look(family ?? '')).toEqual({ family, arns, lastUsed, keptBecause: undefined });
    expect(await worker(undefined, 45).look(family ?? '')).toMatchObject({ keptBecause: 'used 40 days ago' });
  });

  test.each(['default', 'flows'])('with a task in the cluster %s is kept', async (cluster) => {
    const { clock, client, worker, put } = await setUp({ clusters: ['default', 'flows'] });
    const { family } = put('a');
    await client.send(
      new RunTaskCommand({ ...REQUEST.runTask, overrides: {}, cluster, taskDefinition: family }),
    );
    await clock.advance(100 * DAY_MS);
    expect(await worker().look(family)).toMatchObject({ keptBecause: 'a task is running' });
  });

  test('whose task has stopped is not kept for it', async () => {
    const { clock, client, worker, put } = await setUp({ playMs: 1000 });
    const { family } = put('a');
    await client.send(new RunTaskCommand({ ...REQUEST.runTask, overrides: {}, taskDefinition: family }));
    await clock.advance(100 * DAY_MS);
    expect(await worker().look(family)).toMatchObject({ keptBecause: undefined });
  });

  test('that somebody deregistered meanwhile has nothing left to do', async () => {
    const { worker } = await setUp();
    expect(await worker().look(familyOf(contentOf('a')))).toMatchObject({
      arns: [],
      keptBecause: 'deregistered meanwhile',
    });
  });
});

describe('AWS’s quotas', () => {
  test('are not met by reading, however much there is', async () => {
    const { clock, worker, put, calls } = await setUp();
    const families = Array.from({ length: 100 }, (_, i) => put(`i:${i}`).family);
    await clock.advance(100 * DAY_MS);
    const reader = worker();
    const startMs = clock.now();
    await clock.until(Promise.all(families.map((family) => reader.look(family))));
    expect(calls.take().ecs).toEqual({
      ListTaskDefinitions: 100,
      DescribeTaskDefinition: 100,
      ListClusters: 1,
      ListTasks: 100,
    });
    // 200 reads of definitions: 25 at once, then 15 a second.
    expect(clock.now() - startMs).toBeCloseTo((175 / 15) * 1000, -2);
  });

  test('leave the agent its whole burst of registrations after minutes of deregistering', async () => {
    const { clock, client, worker, put, sandbox } = await setUp();
    const arns = Array.from({ length: 90 }, (_, i) => put(`i:${i}`).taskDefinitionArn);
    const cleaner = worker();
    const startMs = clock.now();
    await clock.until(
      (async () => {
        for (const arn of arns) await cleaner.deregister(arn);
      })(),
    );
    expect(clock.now() - startMs).toBe(89_000);
    expect(sandbox.calls['DeregisterTaskDefinition']).toBe(90);
    for (let i = 0; i < 19; i += 1) {
      await client.send(new RegisterTaskDefinitionCommand({ ...ownDefinition(`new:${i}`) }));
    }
  });

  const throttled: Fault = {
    kind: 'error',
    type: 'ThrottlingException',
    message: 'Rate exceeded',
    when: 'before',
  };

  test.each([1, 4])('that are met all the same are waited for: %i times', async (times) => {
    const { clock, worker, put, sandbox } = await setUp({
      faults: ({ operation, sequence }) =>
        operation === 'DeregisterTaskDefinition' && sequence <= times ? throttled : undefined,
    });
    await clock.until(worker().deregister(put('a').taskDefinitionArn));
    expect(sandbox.taskDefinitions()).toMatchObject([{ status: 'INACTIVE' }]);
  });

  test('that stay met are an error after half a minute', async () => {
    const { clock, worker, put } = await setUp({
      faults: ({ operation }) => (operation === 'DescribeTaskDefinition' ? throttled : undefined),
    });
    const { family } = put('a');
    const startMs = clock.now();
    await expect(clock.until(worker().look(family))).rejects.toThrow('Rate exceeded');
    expect(clock.now() - startMs).toBe(30_000);
  });

  test('are no longer waited for when it is to stop', async () => {
    const stop = new AbortController();
    const { worker, put } = await setUp({
      faults: ({ operation }) => {
        if (operation !== 'DescribeTaskDefinition') return undefined;
        setTimeout(() => {
          stop.abort(new Error('stopped'));
        }, 100);
        return throttled;
      },
    });
    // Time stands still: only the signal ends the wait.
    await expect(worker(stop.signal).look(put('a').family)).rejects.toThrow('stopped');
  });
});
