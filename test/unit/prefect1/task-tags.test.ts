import { describe, expect, test } from 'vitest';
import { FlowRunError } from '../../../src/errors.ts';
import { buildTaskRequest } from '../../../src/prefect1/task-request.ts';
import { contentOf, ecs, ecsRun, run, settings } from '../../support/task-request.ts';

const tags = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ key: `k${index}`, value: '' }));

const tagged = (fields: object) => buildTaskRequest(run(ecsRun(fields)), settings());

test.each([
  ['etl', 'etl'],
  ['größe 5 @ a/b:c_d.e+f=g-h', 'größe 5 @ a/b:c_d.e+f=g-h'],
  ['{a}, "b"\n🙂', '_a__ _b___'],
  ['x'.repeat(300), 'x'.repeat(256)],
  [`${'x'.repeat(255)}🙂`, `${'x'.repeat(255)}_`],
  ['', ''],
])('the flow name %j becomes the tag %j', (name, value) => {
  const { runTask } = buildTaskRequest({ ...run(null, { name }), name }, settings());
  expect(runTask.tags).toContainEqual({ key: 'prefect:flow-name', value });
  expect(runTask.tags).toContainEqual({ key: 'prefect:flow-run-name', value });
});

describe('the user’s tags', () => {
  test('go on the task, but Prefect’s own keys are Prefect’s', () => {
    const users = [
      { key: 'team', value: 'data' },
      { key: 'prefect:mine', value: 'x' },
      { key: 'prefect:flow-id', value: 'forged' },
      { key: 'prefect:claim-key', value: 'forged' },
    ];
    const { runTask } = tagged({ run_task_kwargs: { tags: users } });
    expect(runTask.tags?.slice(0, 2)).toEqual(users.slice(0, 2));
    expect(JSON.stringify(runTask.tags)).not.toContain('forged');
    expect(runTask.tags).toHaveLength(7);
  });

  test('of a definition stay there, and ECS copies them to the task', () => {
    const definition = [{ key: 'team', value: 'data' }];
    const request = tagged({ task_definition: { tags: definition } });
    expect(contentOf(request).tags).toEqual(definition);
    expect(request.runTask).toMatchObject({ propagateTags: 'TASK_DEFINITION', enableECSManagedTags: true });
  });

  test('are not copied where the arguments say so', () => {
    const kwargs = { propagateTags: 'NONE', enableECSManagedTags: false };
    expect(tagged({ run_task_kwargs: kwargs }).runTask).toMatchObject(kwargs);
    const agents = ecs({ runTaskKwargs: { propagateTags: 'NONE' } });
    expect(buildTaskRequest(run(null), agents).runTask.propagateTags).toBe('NONE');
  });
});

describe('ECS takes 50 tags, of which five are Prefect’s and one is the claim’s', () => {
  test.each<[string, object, number | undefined]>([
    ['44 arguments', { run_task_kwargs: { tags: tags(44) } }, undefined],
    ['45 arguments', { run_task_kwargs: { tags: tags(45) } }, 51],
    ['45 of the definition', { task_definition: { tags: tags(45) } }, 51],
    ['44 of both', { task_definition: { tags: tags(44) }, run_task_kwargs: { tags: tags(44) } }, undefined],
    [
      '45 that are not copied',
      { task_definition: { tags: tags(45) }, run_task_kwargs: { propagateTags: 'NONE' } },
      undefined,
    ],
  ])('%s', (_, fields, count) => {
    const build = () => tagged(fields);
    if (count === undefined) expect(build).not.toThrow();
    else {
      expect(build).toThrow(FlowRunError);
      expect(build).toThrow(`at most 50 tags for a task, got ${count}`);
    }
  });
});
