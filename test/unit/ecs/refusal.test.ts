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

test.each<[string, unknown, readonly string[], Refusal]>([
  [
    'what the agent has to correct',
    refused('ClusterNotFoundException', 'Cluster not found.'),
    [],
    {
      cause: 'agent',
      reason:
        'RunTask: ClusterNotFoundException: Cluster not found. Set PREFECT__CLOUD__AGENT__ECS__CLUSTER to a cluster of this account and region.',
    },
  ],
  [
    'what the run has to correct',
    refused('ClusterNotFoundException', 'Cluster not found.'),
    ['cluster'],
    {
      cause: 'run',
      reason:
        'RunTask: ClusterNotFoundException: Cluster not found. Name a cluster of this account and region in run_task_kwargs of the run config.',
    },
  ],
  [
    'a definition of the agent’s that is gone',
    refused('ClientException', 'TaskDefinition is inactive'),
    [],
    { cause: 'definition', reason: 'RunTask: ClientException: TaskDefinition is inactive' },
  ],
  [
    'a definition of the run’s that is gone',
    refused('ClientException', 'TaskDefinition is inactive'),
    ['taskDefinition'],
    {
      cause: 'run',
      reason:
        'RunTask: ClientException: TaskDefinition is inactive Name an active task definition in task_definition_arn of the run config.',
    },
  ],
  [
    'a throttle',
    refused('ThrottlingException', 'Rate exceeded'),
    [],
    { cause: 'throttle', reason: 'RunTask: ThrottlingException: Rate exceeded' },
  ],
  [
    'a connection that nobody takes, whatever its text',
    new Error('connect ECONNREFUSED, no image'),
    ['image'],
    { cause: 'agent', reason: 'RunTask: Error: connect ECONNREFUSED, no image' },
  ],
  ['what is no error', 'odd', ['image'], { cause: 'agent', reason: 'RunTask: odd' }],
])('the reason is ECS’s own words, and what to do: %s', (_, error, chosen, expected) => {
  expect(readRefusal('RunTask', error, new Set(chosen))).toEqual(expected);
});

const NO_ROOM = 'RunTask: it started no task:';

test.each<[string, Parameters<typeof readFailures>[0], readonly string[], Refusal]>([
  [
    'all that is said of it',
    [{ reason: 'AGENT', detail: 'on strike', arn: 'arn:1' }, { reason: 'LOCATION' }],
    [],
    {
      cause: 'capacity',
      reason: `${NO_ROOM} AGENT, on strike, arn:1; LOCATION There is no room for the task now.`,
    },
  ],
  ['nothing', [], [], { cause: 'capacity', reason: `${NO_ROOM} no reason given` }],
  [
    'where it is, and not why',
    [{ arn: 'arn:1' }],
    [],
    { cause: 'capacity', reason: `${NO_ROOM} no reason given, arn:1` },
  ],
  [
    'what RunTask would refuse for the agent’s sake',
    [{ reason: 'MISSING', detail: 'subnet' }],
    [],
    { cause: 'capacity', reason: `${NO_ROOM} MISSING, subnet` },
  ],
  [
    'what RunTask would refuse for the run’s sake',
    [{ reason: 'MISSING', detail: 'subnet' }],
    ['networkConfiguration'],
    { cause: 'capacity', reason: `${NO_ROOM} MISSING, subnet` },
  ],
  [
    'a definition that is gone',
    [{ reason: 'task definition not found' }],
    [],
    { cause: 'definition', reason: `${NO_ROOM} task definition not found` },
  ],
])('a failure that says %s', (_, failures, chosen, expected) => {
  expect(readFailures(failures, new Set(chosen))).toEqual(expected);
});
