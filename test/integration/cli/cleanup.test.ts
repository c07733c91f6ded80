import { RunTaskCommand } from '@aws-sdk/client-ecs';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { type Clock, systemClock } from '../../../src/clock.ts';
import { familyOf } from '../../../src/ecs/definition-family.ts';
import { startEcs, type EcsOptions } from '../../../src/sandbox/ecs/ecs-server.ts';
import type { TaskRequest } from '../../../src/tasks/task-request.ts';
import { cli, FakeIo } from '../../support/cli.ts';
import { contentOf, ownDefinition } from '../../support/definitions.ts';
import { ecsAgent, REQUEST } from '../../support/ecs.ts';
import { stubAws } from '../../support/stub-aws.ts';

const DAY_MS = 86_400_000;

/** Everything is registered a hundred days ago. */
const LONG_AGO: Clock = { ...systemClock, now: () => Date.now() - 100 * DAY_MS };

beforeEach(() => {
  stubAws();
});

async function setUp(options: Partial<EcsOptions> = {}) {
  const ecs = await startEcs({ clock: LONG_AGO, runner: undefined, ...options });
  onTestFinished(() => ecs.close());
  vi.stubEnv('AWS_ENDPOINT_URL_ECS', ecs.endpoint);
  const put = (image: string, usedDaysAgo?: number) =>
    ecs.putTaskDefinition(ownDefinition(image, usedDaysAgo));
  const active = () =>
    ecs
      .taskDefinitions()
      .filter(({ status }) => status === 'ACTIVE')
      .map(({ family }) => family);
  return { ecs, put, active };
}

describe('cleanup', () => {
  test('shows what is unused, and changes nothing', async () => {
    const { ecs, put } = await setUp();
    const [unused, used] = [put('unused', 40), put('used', 3)];
    const { code, out, err } = await cli(['cleanup']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^FAMILY +REVISIONS +LAST USED +OUTCOME\n/);
    expect(out).toMatch(
      new RegExp(`^${unused.family} +1 +\\d{4}-\\d\\d-\\d\\d +would be deregistered$`, 'm'),
    );
    expect(out).toMatch(new RegExp(`^${used.family} +1 +\\d{4}-\\d\\d-\\d\\d +kept: used 3 days ago$`, 'm'));
    expect(out).toContain(
      '\n2 families in us-east-1, 1 unused for 30 days or more. Nothing was changed: --yes deregisters them.\n',
    );
    expect(ecs.calls['DeregisterTaskDefinition']).toBeUndefined();
  });

  test('with --yes deregisters all revisions of what is unused, and nothing that is not the agent’s', async () => {
    const { ecs, put, active } = await setUp();
    put('unused', 40);
    put('unused', 50);
    const used = put('used', 3);
    const others = ['web', 'prefect-etl-77777777-1111-4111-8111-777777777777'];
    for (const family of others) ecs.putTaskDefinition({ ...contentOf('x'), family });
    const { code, out } = await cli(['cleanup', '--yes']);
    expect(code).toBe(0);
    expect(out).toMatch(/ 1, 2 +\d{4}-\d\d-\d\d +deregistered\n/);
    expect(out).toContain('\n2 families in us-east-1, 1 deregistered.\n');
    expect(active()).toEqual([used.family, ...others]);
    expect((await cli(['cleanup', '--yes'])).out).toContain('1 family in us-east-1, 0 deregistered.');
  });

  test('--unused-days says what unused means, and --json tells it to machines', async () => {
    const { put } = await setUp();
    const { family } = put('a', 3);
    const { out } = await cli(['cleanup', '--unused-days', '3', '--json']);
    expect(JSON.parse(out)).toEqual({
      region: 'us-east-1',
      unusedDays: 3,
      dryRun: true,
      isCut: false,
      families: [
        {
          family,
          revisions: [1],
          lastUsed: new Date(Date.now() - 3 * DAY_MS).toISOString().slice(0, 10),
          action: 'deregister',
        },
      ],
    });
  });

  test('nothing there is no error', async () => {
    await setUp();
    expect(await cli(['cleanup', '--yes'])).toEqual({
      code: 0,
      out: '0 families in us-east-1, 0 deregistered.\n',
      err: '',
    });
  });

  test.each(['0', '-1', '1.5', 'x', ''])('--unused-days %j is wrong usage', async (days) => {
    const { code, err } = await cli(['cleanup', `--unused-days=${days}`]);
    expect(code).toBe(2);
    expect(err).toContain('Expected a whole number of 1 or more');
  });

  test('a family that is used between the look and its turn is kept', async () => {
    const world = await setUp({
      faults: ({ operation, sequence }) => {
        // The second family's turn: it is registered anew, with today's date.
        if (operation === 'DeregisterTaskDefinition' && sequence === 1) world.put(images[1] ?? '', 0);
        return undefined;
      },
    });
    const byFamily = (image: string) => familyOf(contentOf(image));
    const images = ['a', 'b'].sort((a, b) => (byFamily(a) < byFamily(b) ? -1 : 1));
    for (const image of images) world.put(image, 40);
    const { out } = await cli(['cleanup', '--yes']);
    expect(out).toContain('kept: used today');
    expect(world.active()).toEqual([byFamily(images[1] ?? ''), byFamily(images[1] ?? '')]);
  });

  test('says how far it is while that takes long', async () => {
    const { put } = await setUp();
    for (let i = 0; i < 5; i += 1) put(`i:${i}`, 40);
    const { err } = await cli(['cleanup', '--yes']);
    expect(err).toMatch(/^Deregistered [1-4] of 5 families\.\n/);
  });

  test('Ctrl-C ends it, and what was done is told', async () => {
    const { put, active } = await setUp();
    for (let i = 0; i < 10; i += 1) put(`i:${i}`, 40);
    const io = new FakeIo();
    const ended = io.run('cleanup', '--yes');
    await vi.waitFor(() => {
      expect(active()).toHaveLength(9);
    }, 10_000);
    io.signal('SIGINT');
    expect(await ended).toBe(1);
    expect(io.err).toContain('Stopping: no more task definitions are deregistered.');
    expect(io.err).toContain('error: Stopped before the end.');
    expect(io.out).toContain('10 families in us-east-1, 1 deregistered, 9 still to be deregistered.');
    expect(active()).toHaveLength(9);
  });

  test('a permission that is missing ends with 4, and what was done is told', async () => {
    const message = 'User is not authorized to perform: ecs:DeregisterTaskDefinition';
    const { put } = await setUp({
      faults: ({ operation, sequence }) =>
        operation === 'DeregisterTaskDefinition' && sequence === 2
          ? { kind: 'error', type: 'AccessDeniedException', message, when: 'before' }
          : undefined,
    });
    for (const image of ['a', 'b']) put(image, 40);
    const { code, out, err } = await cli(['cleanup', '--yes']);
    expect(code).toBe(4);
    expect(err).toContain(`error: Cleaning up task definitions failed: AccessDeniedException: ${message}.`);
    expect(out).toContain('1 deregistered, 1 still to be deregistered.');
  });

  test('no region ends with 4', async () => {
    vi.stubEnv('AWS_REGION', undefined);
    const { code, err } = await cli(['cleanup']);
    expect(code).toBe(4);
    expect(err).toContain('Set AWS_REGION');
  });
});

test('a definition that is cleaned up while a warm agent knows it is registered anew by its next launches', async () => {
  const request: TaskRequest = {
    ...REQUEST,
    taskDefinition: { kind: 'content', content: contentOf('a') },
  };
  // The task ends at once, so that nothing keeps the definition.
  const { create, backend, sandbox, client } = await ecsAgent({ clock: LONG_AGO, playMs: 0 }, () => request);
  vi.stubEnv('AWS_ENDPOINT_URL_ECS', sandbox.endpoint);
  const { taskDefinitionArn, family } = sandbox.putTaskDefinition(ownDefinition('a', 40));
  // The agent's own clock is as old, so that its launches are no recent use.
  const agent = create({ clock: LONG_AGO });
  const launch = (id: string) => {
    backend.queue = [{ id, name: id, startTimeMs: 0 }];
    return agent.start({ deadlineMs: LONG_AGO.now() + 60_000 }).catch((error: unknown) => error);
  };
  await launch('a');
  await vi.waitFor(() => {
    expect(sandbox.tasks()).toMatchObject([{ lastStatus: 'STOPPED' }]);
  });
  expect((await cli(['cleanup', '--yes'])).out).toContain('1 deregistered');
  const outdated = new RunTaskCommand({ ...REQUEST.runTask, taskDefinition: taskDefinitionArn });
  await expect(client.send(outdated)).rejects.toThrow('inactive');
  await launch('b');
  await launch('c');
  expect(sandbox.tasks().at(-1)).toMatchObject({ startedBy: 'lambda/c' });
  expect(sandbox.tasks().at(-1)?.taskDefinitionArn).toMatch(new RegExp(`/${family}:2$`));
});
