import {
  DeleteTaskDefinitionsCommand,
  DeregisterTaskDefinitionCommand,
  DescribeTaskDefinitionCommand,
  ListClustersCommand,
  ListTaskDefinitionFamiliesCommand,
  type ListTaskDefinitionFamiliesRequest,
  ListTaskDefinitionsCommand,
  type ListTaskDefinitionsRequest,
  paginateListTaskDefinitions,
  RunTaskCommand,
  TagResourceCommand,
  type Tag,
} from '@aws-sdk/client-ecs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startEcs } from '../../../../src/sandbox/ecs/ecs-server.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';
import { definition, ecsClient, runInput } from './ecs-client.ts';

/** Two revisions of `b`, the first of them inactive, one of `a`, and an inactive `c`. */
async function setUp() {
  const ecs = await startEcs({
    clock: new VirtualClock(),
    runner: undefined,
    clusters: ['default', 'flows'],
  });
  const client = ecsClient(ecs.endpoint);
  onTestFinished(async () => {
    client.destroy();
    await ecs.close();
  });
  for (const family of ['b', 'b', 'a', 'c']) ecs.putTaskDefinition({ ...definition, family });
  for (const taskDefinition of ['b:1', 'c:1']) {
    await client.send(new DeregisterTaskDefinitionCommand({ taskDefinition }));
  }
  return { ecs, client };
}

const nameOf = (arn: string) => arn.replace(/^.*\//, '');
const ARN = 'arn:aws:ecs:us-east-1:123456789012:task-definition/';

test.each<[ListTaskDefinitionsRequest, string[]]>([
  [{}, ['a:1', 'b:2']],
  [{ sort: 'DESC' }, ['b:2', 'a:1']],
  [{ status: 'INACTIVE' }, ['b:1', 'c:1']],
  [{ status: 'DELETE_IN_PROGRESS' }, []],
  [{ familyPrefix: 'b' }, ['b:2']],
  [{ familyPrefix: '' }, []],
])('ListTaskDefinitions %j lists %j', async (input, expected) => {
  const { client } = await setUp();
  const { taskDefinitionArns = [] } = await client.send(new ListTaskDefinitionsCommand(input));
  expect(taskDefinitionArns.map(nameOf)).toEqual(expected);
});

test('what AWS calls the prefix of a family is its whole name', async () => {
  const { ecs, client } = await setUp();
  ecs.putTaskDefinition({ ...definition, family: 'bb' });
  const { taskDefinitionArns } = await client.send(new ListTaskDefinitionsCommand({ familyPrefix: 'b' }));
  expect(taskDefinitionArns?.map(nameOf)).toEqual(['b:2']);
});

test('revisions are listed by number, page by page', async () => {
  const { ecs, client } = await setUp();
  for (let i = 0; i < 12; i += 1) ecs.putTaskDefinition({ ...definition, family: 'z' });
  const pages = [];
  const input = { familyPrefix: 'z', maxResults: 5 };
  for await (const page of paginateListTaskDefinitions({ client }, input))
    pages.push(page.taskDefinitionArns);
  expect(pages.map((page) => page?.length)).toEqual([5, 5, 2]);
  expect(pages.flat().map((arn) => nameOf(arn ?? ''))).toEqual(
    Array.from({ length: 12 }, (_, i) => `z:${i + 1}`),
  );
});

test.each<[ListTaskDefinitionFamiliesRequest, string[]]>([
  [{}, ['a', 'b', 'c']],
  [{ status: 'ALL' }, ['a', 'b', 'c']],
  [{ status: 'ACTIVE' }, ['a', 'b']],
  [{ status: 'INACTIVE' }, ['c']],
  [{ familyPrefix: 'b' }, ['b']],
  [{ familyPrefix: 'x' }, []],
])('ListTaskDefinitionFamilies %j lists %j', async (input, expected) => {
  const { client } = await setUp();
  const { families } = await client.send(new ListTaskDefinitionFamiliesCommand(input));
  expect(families).toEqual(expected);
});

test.each([
  new ListTaskDefinitionsCommand({ maxResults: 0 }),
  new ListTaskDefinitionsCommand({ maxResults: 101 }),
  new ListTaskDefinitionsCommand({ nextToken: 'x' }),
  new ListTaskDefinitionsCommand({ status: 'ALL' as never }),
  new ListTaskDefinitionsCommand({ sort: 'UP' as never }),
])('a list that AWS would not give is refused: $input', async (command) => {
  const { client } = await setUp();
  await expect(client.send(command)).rejects.toThrow(
    expect.objectContaining({ name: 'InvalidParameterException' }),
  );
});

test('clusters are listed', async () => {
  const { client } = await setUp();
  const { clusterArns = [] } = await client.send(new ListClustersCommand({}));
  expect(clusterArns.map(nameOf)).toEqual(['default', 'flows']);
});

describe('TagResource', () => {
  const tag = (resourceArn: string, tags: Tag[]) => new TagResourceCommand({ resourceArn, tags });

  test('adds tags to a definition and replaces those of the same key', async () => {
    const { client } = await setUp();
    await client.send(tag(`${ARN}a:1`, [{ key: 'x', value: '1' }]));
    await client.send(
      tag(`${ARN}a:1`, [
        { key: 'x', value: '2' },
        { key: 'y', value: '3' },
      ]),
    );
    const describe = new DescribeTaskDefinitionCommand({ taskDefinition: 'a', include: ['TAGS'] });
    expect((await client.send(describe)).tags).toEqual([
      { key: 'x', value: '2' },
      { key: 'y', value: '3' },
    ]);
  });

  const fifty = Array.from({ length: 50 }, (_, i) => ({ key: String(i), value: '' }));

  test.each<[string, string, Tag[]]>([
    ['an unknown definition', `${ARN}a:2`, []],
    ['a name that is no ARN', 'a:1', []],
    ['an inactive definition', `${ARN}b:1`, [{ key: 'x', value: '' }]],
    ['a key of AWS’s own', `${ARN}a:1`, [{ key: 'aws:x', value: '' }]],
    ['more than fifty, with those that are there', `${ARN}a:1`, fifty.concat({ key: 'x', value: '' })],
  ])('refuses %s', async (_, resourceArn, tags) => {
    const { client } = await setUp();
    await client.send(tag(`${ARN}a:1`, fifty.slice(0, 10)));
    await expect(client.send(tag(resourceArn, tags))).rejects.toThrow(
      expect.objectContaining({ name: 'InvalidParameterException' }),
    );
  });
});

describe('DeleteTaskDefinitions', () => {
  test('deletes what is inactive, and says what is not', async () => {
    const { client } = await setUp();
    const command = new DeleteTaskDefinitionsCommand({ taskDefinitions: [`${ARN}b:1`, 'a:1', 'x:1'] });
    const { taskDefinitions, failures } = await client.send(command);
    expect(taskDefinitions).toMatchObject([{ revision: 1, family: 'b', status: 'DELETE_IN_PROGRESS' }]);
    expect(failures?.map(({ arn }) => arn)).toEqual(['a:1', 'x:1']);
  });

  test('leaves what can be described by its revision, and not be run', async () => {
    const { client } = await setUp();
    await client.send(new DeleteTaskDefinitionsCommand({ taskDefinitions: ['c:1'] }));
    const describe = (taskDefinition: string) =>
      client.send(new DescribeTaskDefinitionCommand({ taskDefinition }));
    expect((await describe('c:1')).taskDefinition?.status).toBe('DELETE_IN_PROGRESS');
    await expect(describe('c')).rejects.toThrow('Unable to describe task definition.');
    await expect(client.send(new RunTaskCommand({ ...runInput, taskDefinition: 'c:1' }))).rejects.toThrow(
      'inactive',
    );
  });

  test.each([[[]], [Array.from({ length: 11 }, (_, i) => `c:${i}`)]])(
    'refuses %j',
    async (taskDefinitions) => {
      const { client } = await setUp();
      await expect(client.send(new DeleteTaskDefinitionsCommand({ taskDefinitions }))).rejects.toThrow(
        expect.objectContaining({ name: 'InvalidParameterException' }),
      );
    },
  );
});
