import { describe, expect, test } from 'vitest';
import type { NamedDefinition } from '../../../src/prefect1/task-request.ts';
import type { TaskRequestSettings } from '../../../src/prefect1/task-request-settings.ts';
import { buildTaskRequest } from '../../../src/prefect1/task-request.ts';
import { ecs, ecsRun, role, run, settings } from '../../support/task-request.ts';

const TEMPLATE = { cpu: '256', containerDefinitions: [{ name: 'flow', image: 'agents:1' }] };
const DEFINITION = ['containerDefinitions', 'cpu', 'image', 'memory', 'networkMode'];

const chosen = (fields: object, change: TaskRequestSettings = settings(), named: NamedDefinition = {}) =>
  [...buildTaskRequest(run(ecsRun(fields)), change, named).chosenByRun].sort();

test.each<[string, object, string[]]>([
  ['nothing, of a flow whose version gives the image', {}, ['image']],
  ['its size', { cpu: '256', memory: '512' }, ['cpu', 'image', 'memory']],
  ['its environment', { env: { A: 'b' } }, ['environment', 'image']],
  ['its image', { image: 'a' }, ['image']],
  [
    'its roles',
    { task_role_arn: role('a'), execution_role_arn: role('b') },
    ['executionRoleArn', 'image', 'taskRoleArn'],
  ],
  [
    'arguments',
    { run_task_kwargs: { cluster: 'a', networkConfiguration: {}, tags: [], group: 'g' } },
    ['cluster', 'group', 'image', 'networkConfiguration', 'tags'],
  ],
  [
    'overrides',
    {
      run_task_kwargs: {
        overrides: {
          cpu: '256',
          ephemeralStorage: { sizeInGiB: 30 },
          containerOverrides: [],
          taskRoleArn: 'a',
        },
      },
    },
    ['containerOverrides', 'cpu', 'ephemeralStorage', 'image', 'taskRoleArn'],
  ],
  ['a definition', { task_definition: { volumes: [] } }, [...DEFINITION, 'volumes']],
  [
    'a definition with a role',
    { task_definition: { taskRoleArn: role('a') } },
    [...DEFINITION, 'taskRoleArn'],
  ],
])('a run that chooses %s', (_, fields, members) => {
  expect(chosen(fields)).toEqual(members);
});

test('a definition by its path is the run’s', () => {
  expect(chosen({ task_definition_path: 's3://a/b' }, settings(), { template: TEMPLATE })).toEqual(
    DEFINITION,
  );
});

test('a definition by its ARN is the run’s, with its roles', () => {
  const described = { taskRoleArn: role('a'), containerDefinitions: [{ name: 'flow' }] };
  const members = chosen({ task_definition_arn: 'etl:4' }, settings(), { described });
  expect(members).toEqual([...DEFINITION, 'taskDefinition', 'taskRoleArn']);
});

describe('what the agent gives is not the run’s', () => {
  test.each<[string, object, Partial<TaskRequestSettings['ecs']>, string[]]>([
    ['its template', {}, { taskDefinition: TEMPLATE }, []],
    ['its template, but for the image of the run', { image: 'a' }, { taskDefinition: TEMPLATE }, ['image']],
    ['its arguments', {}, { cluster: 'a', runTaskKwargs: { group: 'g' } }, ['image']],
    ['its roles', {}, { taskRoleArn: role('a'), executionRoleArn: role('b') }, ['image']],
    [
      'its role, which wins over one of the overrides',
      { run_task_kwargs: { overrides: { taskRoleArn: role('b') } } },
      { taskRoleArn: role('a') },
      ['image'],
    ],
    [
      'the role of its template, which wins too',
      { run_task_kwargs: { overrides: { taskRoleArn: role('b') } } },
      { taskDefinition: { ...TEMPLATE, taskRoleArn: role('a') } },
      [],
    ],
    [
      'its role for a definition without one',
      { task_definition: {} },
      { executionRoleArn: role('a') },
      DEFINITION,
    ],
    [
      'its size, laid over the run’s definition',
      { task_definition: { cpu: '256' } },
      { runTaskKwargs: { overrides: { cpu: '512' } } },
      DEFINITION.filter((member) => member !== 'cpu'),
    ],
  ])('%s', (_, fields, change, members) => {
    expect(chosen(fields, ecs(change))).toEqual(members);
  });

  test('its image is the flow’s when Docker storage built it', () => {
    const docker = { storage: { type: 'Docker', image_name: 'etl', image_tag: '1' } };
    const request = buildTaskRequest(run(null, docker), ecs({ taskDefinition: TEMPLATE }));
    expect(request.chosenByRun).toEqual(new Set(['image']));
  });
});
