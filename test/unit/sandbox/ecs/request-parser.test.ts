import { RegisterTaskDefinitionRequest$, RunTaskRequest$ } from '@aws-sdk/client-ecs';
import { expect, test } from 'vitest';
import { requestParser } from '../../../../src/sandbox/ecs/request-parser.ts';

test('a parser gives back what AWS’s model allows', () => {
  const input = {
    taskDefinition: 'flows',
    count: 1,
    enableExecuteCommand: true,
    tags: [{ key: 'k', value: 'v' }],
    networkConfiguration: { awsvpcConfiguration: { subnets: ['s'], assignPublicIp: 'ENABLED' } },
    overrides: { containerOverrides: [{ name: 'flow', environment: [{ name: 'A', value: '1' }] }] },
  };
  expect(requestParser(RunTaskRequest$)(input)).toEqual(input);
});

const run = requestParser(RunTaskRequest$);
const register = requestParser(RegisterTaskDefinitionRequest$);

test.each<[string, () => unknown, string]>([
  [
    'an unknown member',
    () => run({ taskDefinition: 'f', taskDefinitionArn: 'f' }),
    'The request: unknown member',
  ],
  [
    'an unknown member deep inside',
    () => run({ taskDefinition: 'f', overrides: { containerOverrides: [{ secrets: [] }] } }),
    'overrides.containerOverrides.0: unknown member secrets',
  ],
  ['a wrong type', () => run({ taskDefinition: 'f', count: '1' }), 'count: expected number, got string'],
  ['a fraction', () => run({ taskDefinition: 'f', count: 1.5 }), 'count: expected int'],
  ['null', () => run({ taskDefinition: 'f', group: null }), 'group: expected string, got null'],
  ['a missing member', () => run({}), 'taskDefinition: required'],
  ['a list in place of a request', () => run([]), 'The request: expected object'],
  [
    'a map of other than strings',
    () =>
      register({
        family: 'f',
        containerDefinitions: [{ logConfiguration: { logDriver: 'awslogs', options: { a: 1 } } }],
      }),
    'containerDefinitions.0.logConfiguration.options.a: expected string, got number',
  ],
])('a parser refuses %s', (_name, parse, message) => {
  expect(parse).toThrow(message);
  expect(parse).toThrow(expect.objectContaining({ type: 'SerializationException' }));
});
