import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';

test('the platform in docs/subclassing.md is the example that is tested', async () => {
  const page = await readFile('docs/subclassing.md', 'utf8');
  for (const name of ['local-process-agent.ts', 'main.ts']) {
    const example = await readFile(`examples/own-platform/${name}`, 'utf8');
    expect(page).toContain(example.trim());
  }
});
