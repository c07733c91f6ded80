import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';

test('the platform in docs/subclassing.md is the one that is tested', async () => {
  const tested = await readFile('test/support/local-process-agent.ts', 'utf8');
  const page = await readFile('docs/subclassing.md', 'utf8');
  expect(page).toContain(tested.replaceAll("'../../src/", "'serverless-prefect-agent/src/").trim());
});
