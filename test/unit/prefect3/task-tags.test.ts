import { expect, test } from 'vitest';
import { FlowRunError } from '../../../src/errors.ts';
import { pool, requested, template } from '../../support/job.ts';

const labels = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`label-${index}`, 'x']));

test('a task takes 50 tags, Prefect’s and that of its claim included', async () => {
  const { runTask } = await requested({ jobVariables: { labels: labels(39) } });
  expect(runTask.tags).toHaveLength(49);
  const refused = requested({ jobVariables: { labels: labels(40) } });
  await expect(refused).rejects.toThrow(FlowRunError);
  await expect(refused).rejects.toThrow('at most 50 tags for a task, got 51');
});

test('labels that become one tag are one tag, the last of them', async () => {
  const { runTask } = await requested({ jobVariables: { labels: { 'a b': '1', 'a-b': '2' } } });
  expect(runTask.tags?.filter(({ key }) => key === 'a-b')).toEqual([{ key: 'a-b', value: '2' }]);
});

test('a value is cut at 256 characters', async () => {
  const { runTask } = await requested({ jobVariables: { labels: { a: 'x'.repeat(300) } } });
  expect(runTask.tags?.find(({ key }) => key === 'a')?.value).toHaveLength(256);
});

test('nobody gives a task the tag that holds its claim', async () => {
  const request = { tags: [{ key: 'prefect:claim-key', value: 'x' }] };
  const jobVariables = { labels: { 'prefect:claim-key': 'y' } };
  const { runTask } = await requested({ pool: pool(template({ request })), jobVariables });
  expect(runTask.tags?.map(({ key }) => key)).not.toContain('prefect:claim-key');
});
