import { expect, test } from 'vitest';
import { never } from '../../support/prefect1.ts';
import { prefect3 } from '../../support/prefect3.ts';

test('blocks and variables are read once, with their secrets, and none is no error', async () => {
  const { api, backend } = await prefect3();
  const block = api.createBlock({
    slug: 'aws-credentials',
    name: 'prod',
    data: { key: 's3cr3t' },
    secrets: ['key'],
  });
  api.setVariable('image', { tag: 1 });
  const { documents } = backend;
  const read = () =>
    Promise.all([
      documents.blockById(block.id, never),
      documents.blockByName('aws-credentials', 'prod', never),
      documents.blockByName('aws-credentials', 'a/b', never),
      documents.variable('image', never),
      documents.variable('none', never),
    ]);
  const found = [{ key: 's3cr3t' }, { key: 's3cr3t' }, undefined, { tag: 1 }, undefined];
  expect(await read()).toEqual(found);
  const { length } = api.requests;
  expect(await read()).toEqual(found);
  expect(api.requests).toHaveLength(length);
});
