import { describe, expect, test } from 'vitest';
import { readFailures, readRefusal, type Refusal } from '../../../src/ecs/refusal.ts';

const refused = (name: string, message: string): Error =>
  Object.assign(new Error(message), { name, $metadata: { httpStatusCode: 400 } });

const causeOf = (name: string, message: string, chosen: readonly string[]): Refusal['cause'] =>
  readRefusal('RunTask', refused(name, message), new Set(chosen)).cause;

describe('what the run chose is the run’s fault, and the same from the agent is the agent’s', () => {
  test.each<[member: string, name: string, message: string]>([
    ['image', 'ClientException', 'Container.image contains invalid characters.'],
    ['environment', 'InvalidParameterException', 'The environment variable name must not be blank.'],
    ['cluster', 'ClusterNotFoundException', 'Cluster not found.'],
    ['cpu', 'ClientException', 'No Fargate configuration exists for given values: 3 CPU, 1 memory.'],
    ['networkConfiguration', 'InvalidParameterException', 'The subnet ID subnet-1 does not exist'],
    ['taskRoleArn', 'ClientException', 'ECS was unable to assume the role that was provided for this task.'],
    ['platformVersion', 'PlatformUnknownException', 'The specified platform does not exist.'],
    ['volumes', 'ClientException', 'Volume names must be unique.'],
  ])('%s: %s: %s', (member, name, message) => {
    expect(causeOf(name, message, [member])).toBe('run');
    expect(causeOf(name, message, [])).toBe('agent');
  });
});

test('an image and an environment, which nearly every run chooses, do not make the run guilty of anything else', () => {
  expect(causeOf('ClientException', 'Something new.', ['image', 'environment'])).toBe('agent');
});

test.each(['throttler', 'quota-proxy', 'insufficient', 'role', 'vpc', 'capacity-provider'])(
  'the name of a container, repeated by ECS, says nothing of why it refused: %s',
  (container) => {
    const message = `Override for container named ${container} is not a container in the TaskDefinition.`;
    expect(causeOf('InvalidParameterException', message, ['containerOverrides'])).toBe('run');
  },
);

const DENIED = (action: string, role: string) =>
  `User: arn:aws:sts::123456789012:assumed-role/${role}/poll is not authorized to perform: ${action} on resource: ` +
  `arn:aws:iam::123456789012:role/flows because no identity-based policy allows the ${action} action`;

test.each([
  ['ecs:RunTask', 'agent', [], 'agent'],
  ['ecs:RunTask', 'quota-agent', [], 'agent'],
  ['ecs:RunTask', 'agent', ['cluster'], 'denied'],
  ['iam:PassRole', 'agent', [], 'agent'],
  ['iam:PassRole', 'agent', ['taskRoleArn'], 'denied'],
])(
  'a denied permission in the words of IAM: %s for %s, chosen by the run: %j',
  (action, role, chosen, cause) => {
    expect(causeOf('AccessDeniedException', DENIED(action, role), chosen)).toBe(cause);
  },
);

test.each([
  'Capacity is unavailable at this time. Please try again later or in a different availability zone',
  'RESOURCE:MEMORY',
  'RESOURCE:ENI',
  'AGENT',
  "You've reached the limit on the number of vCPUs you can run concurrently",
])('want of room, among the failures: %s', (reason) => {
  expect(readFailures([{ reason }], new Set(['cluster', 'cpu']))).toMatchObject({
    cause: 'capacity',
    reason: expect.stringContaining(reason) as string,
  });
});

test.each([
  ['ThrottlingException', 'Rate exceeded'],
  ['InvalidParameterException', 'Request limit exceeded.'],
  ['InvalidParameterException', 'The request was throttled.'],
])('a throttle, whatever the run chose: %s, %s', (name, message) => {
  expect(causeOf(name, message, ['cluster', 'volumes'])).toBe('throttle');
});
