import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { benchCost } from '../../bench/cost.ts';

test('docs/cost.md has the sums that the command prints', async () => {
  expect(await readFile('docs/cost.md', 'utf8')).toContain(benchCost());
});
