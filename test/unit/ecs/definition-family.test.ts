import type { ContainerDefinition } from '@aws-sdk/client-ecs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { familyOf, OUR_FAMILY } from '../../../src/ecs/definition-family.ts';
import type { TaskDefinitionContent } from '../../../src/tasks/task-request.ts';

type Said = Partial<TaskDefinitionContent>;
const family = (said: Said) => familyOf({ containerDefinitions: [{ name: 'flow' }], ...said });

const withContainer = (container: ContainerDefinition): TaskDefinitionContent => ({
  containerDefinitions: [{ name: 'flow', image: 'x', ...container }],
});

const A = { name: 'A', value: '1' };
const B = { name: 'B', value: '2' };

test('a family is the same for ever: another one would have every definition registered anew', () => {
  expect(
    familyOf({
      networkMode: 'awsvpc',
      cpu: '256',
      memory: '512',
      requiresCompatibilities: ['FARGATE'],
      containerDefinitions: [{ name: 'flow', image: 'prefecthq/prefect:1.4.1', environment: [A, B] }],
    }),
  ).toBe('prefect-65106ae7fe9ff8aeb5a21b94417478f50508088f');
});

describe('a family does not depend on', () => {
  test.each<[string, Said, Said]>([
    [
      'the order of keys, nor on what is undefined',
      { cpu: '256', memory: '512', taskRoleArn: undefined },
      { memory: '512', cpu: '256' },
    ],
    [
      'the order of variables',
      withContainer({ environment: [A, B] }),
      withContainer({ environment: [B, A] }),
    ],
    [
      'the order of secrets',
      withContainer({
        secrets: [
          { name: 'A', valueFrom: 'a' },
          { name: 'B', valueFrom: 'b' },
        ],
      }),
      withContainer({
        secrets: [
          { name: 'B', valueFrom: 'b' },
          { name: 'A', valueFrom: 'a' },
        ],
      }),
    ],
    [
      'the order of what containers wait for',
      withContainer({
        dependsOn: [
          { containerName: 'a', condition: 'START' },
          { containerName: 'b', condition: 'START' },
        ],
      }),
      withContainer({
        dependsOn: [
          { condition: 'START', containerName: 'b' },
          { condition: 'START', containerName: 'a' },
        ],
      }),
    ],
    [
      'the order of containers',
      { containerDefinitions: [{ name: 'flow' }, { name: 'proxy' }] },
      { containerDefinitions: [{ name: 'proxy' }, { name: 'flow' }] },
    ],
    [
      'the order of volumes',
      { volumes: [{ name: 'a' }, { name: 'b' }] },
      { volumes: [{ name: 'b' }, { name: 'a' }] },
    ],
    [
      'the order of compatibilities',
      { requiresCompatibilities: ['FARGATE', 'EC2'] },
      { requiresCompatibilities: ['EC2', 'FARGATE'] },
    ],
    [
      'the order of tags',
      {
        tags: [
          { key: 'a', value: '1' },
          { key: 'b', value: '2' },
        ],
      },
      {
        tags: [
          { key: 'b', value: '2' },
          { key: 'a', value: '1' },
        ],
      },
    ],
    [
      'the day of its last use',
      {
        tags: [
          { key: 'a', value: '1' },
          { key: 'prefect:last-used', value: '2026-11-23' },
        ],
      },
      { tags: [{ key: 'a', value: '1' }] },
    ],
  ])('%s', (_, one, other) => {
    expect(family(one)).toBe(family(other));
  });
});

describe('a family depends on', () => {
  test.each<[string, Said, Said]>([
    ['what is said', { cpu: '256' }, { cpu: '512' }],
    [
      'the order of a command',
      withContainer({ command: ['a', 'b'] }),
      withContainer({ command: ['b', 'a'] }),
    ],
    [
      'the order of an entry point',
      withContainer({ entryPoint: ['a', 'b'] }),
      withContainer({ entryPoint: ['b', 'a'] }),
    ],
    [
      'the order of environment files',
      withContainer({
        environmentFiles: [
          { type: 's3', value: 'a' },
          { type: 's3', value: 'b' },
        ],
      }),
      withContainer({
        environmentFiles: [
          { type: 's3', value: 'b' },
          { type: 's3', value: 'a' },
        ],
      }),
    ],
    [
      'the order of name servers',
      withContainer({ dnsServers: ['10.0.0.1', '10.0.0.2'] }),
      withContainer({ dnsServers: ['10.0.0.2', '10.0.0.1'] }),
    ],
    [
      'the order of mounts',
      withContainer({ mountPoints: [{ containerPath: '/a' }, { containerPath: '/a/b' }] }),
      withContainer({ mountPoints: [{ containerPath: '/a/b' }, { containerPath: '/a' }] }),
    ],
    [
      'which of two variables of one name is the last',
      withContainer({ environment: [A, { ...A, value: '2' }] }),
      withContainer({ environment: [{ ...A, value: '2' }, A] }),
    ],
    [
      'what is a variable and what a secret',
      withContainer({ environment: [A] }),
      withContainer({ secrets: [A] as never }),
    ],
  ])('%s', (_, one, other) => {
    expect(family(one)).not.toBe(family(other));
  });
});

test.each([
  { tags: { a: 1 } },
  { tags: [null, 'x'] },
  { containerDefinitions: 'flow' },
  { volumes: [1, null] },
])('what makes no sense has a family too, for ECS to refuse it: %j', (content) => {
  expect(familyOf(content as never)).toMatch(OUR_FAMILY);
});

const named = fc.uniqueArray(
  fc.record({ name: fc.string({ minLength: 1 }), value: fc.string() }, { requiredKeys: ['name'] }),
  { selector: ({ name }) => name },
);

/** The same content with its keys and its unordered lists shuffled. */
const twins = fc
  .record({ environment: named, volumes: named, command: fc.array(fc.string()) })
  .chain(({ environment, volumes, command }) => {
    const write = fc
      .record({
        environment: fc.shuffledSubarray(environment, { minLength: environment.length }),
        volumes: fc.shuffledSubarray(volumes, { minLength: volumes.length }),
        reversed: fc.boolean(),
      })
      .map(({ environment, volumes, reversed }): TaskDefinitionContent => {
        const container = reversed
          ? { name: 'flow', command, environment }
          : { environment, command, name: 'flow' };
        const containerDefinitions = [container];
        return reversed ? { volumes, containerDefinitions } : { containerDefinitions, volumes };
      });
    return fc.tuple(write, write);
  });

test('however the same is written, it is one family', () => {
  fc.assert(
    fc.property(twins, ([one, other]) => {
      expect(familyOf(one)).toBe(familyOf(other));
      expect(familyOf(one)).toMatch(OUR_FAMILY);
    }),
  );
});

test('of two commands, each is a family', () => {
  fc.assert(
    fc.property(fc.array(fc.string()), fc.array(fc.string()), (one, other) => {
      fc.pre(JSON.stringify(one) !== JSON.stringify(other));
      expect(family(withContainer({ command: one }))).not.toBe(family(withContainer({ command: other })));
    }),
  );
});

test.each([
  ['prefect-0123456789abcdef0123456789abcdef01234567', true],
  ['prefect-etl-77777777-1111-4111-8111-777777777777', false],
  ['prefect-0123456789abcdef0123456789abcdef012345678', false],
  ['prefect-0123456789abcdef0123456789abcdef0123456', false],
  ['prefect-0123456789ABCDEF0123456789ABCDEF01234567', false],
  ['my-prefect-0123456789abcdef0123456789abcdef01234567', false],
])('the family %s is ours: %j', (family, expected) => {
  expect(OUR_FAMILY.test(family)).toBe(expected);
});
