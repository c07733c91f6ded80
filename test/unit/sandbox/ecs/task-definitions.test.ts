import { describe, expect, test } from 'vitest';
import { Account } from '../../../../src/sandbox/ecs/account.ts';
import { TaskDefinitions } from '../../../../src/sandbox/ecs/task-definitions.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';
import { registerInput } from './register-input.ts';

function newTaskDefinitions(): TaskDefinitions {
  return new TaskDefinitions(new Account(['default']), new VirtualClock());
}

const role = 'arn:aws:iam::123456789012:role/execution';
const secrets = [{ name: 'KEY', valueFrom: 'arn:aws:ssm:us-east-1:123456789012:parameter/key' }];
const awslogs = { logDriver: 'awslogs', options: { 'awslogs-group': 'flows' } } as const;
const ecrImage = '123456789012.dkr.ecr.us-east-1.amazonaws.com/flows:1';

describe('registering', () => {
  test('numbers the revisions of each family', () => {
    const definitions = newTaskDefinitions();
    definitions.register(registerInput());
    definitions.register(registerInput({ family: 'other' }));
    const { taskDefinition } = definitions.register(registerInput());
    expect(taskDefinition.taskDefinitionArn).toBe(
      'arn:aws:ecs:us-east-1:123456789012:task-definition/flows:2',
    );
  });

  test('adds the defaults that AWS adds and keeps what was given', () => {
    const { taskDefinition } = newTaskDefinitions().register(
      registerInput(
        { cpu: '1 vCPU', memory: '2 GB' },
        { essential: true, environment: [{ name: 'B', value: '1' }, { name: 'A' }] },
      ),
    );
    expect(taskDefinition).toMatchObject({
      status: 'ACTIVE',
      compatibilities: ['EC2', 'FARGATE'],
      cpu: '1024',
      memory: '2048',
      volumes: [],
      containerDefinitions: [
        {
          image: 'prefecthq/prefect:1.4.1',
          cpu: 0,
          essential: true,
          portMappings: [],
          mountPoints: [],
          volumesFrom: [],
          environment: [{ name: 'A' }, { name: 'B', value: '1' }],
        },
      ],
    });
  });

  test.each([
    ['role for secrets', registerInput({ executionRoleArn: role }, { secrets })],
    ['role for logs', registerInput({ executionRoleArn: role }, { logConfiguration: awslogs })],
    ['role for ECR', registerInput({ executionRoleArn: role }, { image: ecrImage })],
    [
      'EC2 task without a size',
      { family: 'f', containerDefinitions: [{ name: 'a', image: 'i', memory: 64 }] },
    ],
    ['family of 255 characters', registerInput({ family: 'f'.repeat(255) })],
  ])('accepts: %s', (_name, input) => {
    expect(newTaskDefinitions().register(input).taskDefinition.revision).toBe(1);
  });

  test.each([
    ['a family with a dot', registerInput({ family: 'a.b' }), /Family/],
    ['a family of 256 characters', registerInput({ family: 'f'.repeat(256) }), /Family/],
    ['an unknown network mode', registerInput({ networkMode: 'vpc' as 'awsvpc' }), /networkMode.*got vpc/],
    ['no containers', registerInput({ containerDefinitions: [] }), /Container list/],
    ['a container without a name', registerInput({}, { name: undefined }), /Container\.name/],
    ['a container without an image', registerInput({}, { image: undefined }), /Container\.image/],
    ['no essential container', registerInput({}, { essential: false }), /essential/],
    ['Fargate with bridge', registerInput({ networkMode: 'bridge' }), /only supports network mode 'awsvpc'/],
    ['Fargate without a cpu', registerInput({ cpu: undefined }), /Fargate requires that 'cpu'/],
    ['a size that Fargate lacks', registerInput({ memory: '4096' }), /No Fargate configuration exists/],
    ['a cpu that is no number', registerInput({ cpu: 'much' }), /Invalid 'cpu' setting/],
    ['secrets without a role', registerInput({}, { secrets }), /secrets.*'executionRoleArn'/],
    ['awslogs without a role', registerInput({}, { logConfiguration: awslogs }), /log driver awslogs/],
    ['an ECR image without a role', registerInput({}, { image: ecrImage }), /ECR images/],
    [
      'EC2 without memory',
      registerInput({ requiresCompatibilities: [], memory: undefined }),
      /'memoryReservation'/,
    ],
    ['more than 64 KiB', registerInput({}, { command: ['x'.repeat(65_536)] }), /Max allowed length/],
  ])('refuses: %s', (_name, input, message) => {
    const definitions = newTaskDefinitions();
    expect(() => definitions.register(input)).toThrow(message);
    expect(() => definitions.register(input)).toThrow(expect.objectContaining({ type: 'ClientException' }));
    expect(definitions.all()).toEqual([]);
  });

  test.each([
    ['51 tags', Array.from({ length: 51 }, (_, index) => ({ key: String(index) })), /maximum of 50/],
    ['a key with a sign of its own', [{ key: 'a#b' }], /characters beyond/],
    ['a value with a sign of its own', [{ key: 'a', value: 'x, y' }], /characters beyond/],
    ['a key twice', [{ key: 'a' }, { key: 'a' }], /Duplicate/],
    ['a key of AWS', [{ key: 'aws:a' }], /reserved/],
    ['an empty key', [{ key: '' }], /1 to 128/],
    ['a long value', [{ key: 'a', value: 'v'.repeat(257) }], /256/],
  ])('refuses tags: %s', (_name, tags, message) => {
    expect(() => newTaskDefinitions().register(registerInput({ tags }))).toThrow(message);
  });
});

describe('finding', () => {
  test('takes a family for its latest active revision', () => {
    const definitions = newTaskDefinitions();
    for (let count = 0; count < 3; count += 1) definitions.register(registerInput());
    definitions.deregister('flows:3');
    expect(definitions.describe({ taskDefinition: 'flows' }).taskDefinition.revision).toBe(2);
  });

  test.each(['flows:1', 'arn:aws:ecs:us-east-1:123456789012:task-definition/flows:1'])(
    'shows the inactive %s, and runs it no more',
    (reference) => {
      const definitions = newTaskDefinitions();
      definitions.register(registerInput());
      definitions.deregister(reference);
      expect(definitions.describe({ taskDefinition: reference }).taskDefinition.status).toBe('INACTIVE');
      expect(() => definitions.runnable(reference)).toThrow('TaskDefinition is inactive');
    },
  );

  test.each(['other', 'flows:2', 'arn:aws:ecs:eu-west-1:123456789012:task-definition/flows:1'])(
    'knows nothing of %s',
    (reference) => {
      const definitions = newTaskDefinitions();
      definitions.register(registerInput());
      expect(() => definitions.describe({ taskDefinition: reference })).toThrow(
        'Unable to describe task definition.',
      );
      expect(() => definitions.runnable(reference)).toThrow('TaskDefinition not found.');
    },
  );

  test('shows the tags only when they are asked for', () => {
    const definitions = newTaskDefinitions();
    const tags = [{ key: 'team', value: 'data' }];
    definitions.register(registerInput({ tags }));
    expect(definitions.describe({ taskDefinition: 'flows' }).tags).toEqual([]);
    expect(definitions.describe({ taskDefinition: 'flows', include: ['TAGS'] }).tags).toEqual(tags);
  });
});
