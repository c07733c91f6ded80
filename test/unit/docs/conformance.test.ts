import { glob, readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';

/** The numbered behaviours of the genuine agent. */
const BEHAVIOURS = 50;

const numbersIn = (text: string): number[] => (text.match(/\d+/g) ?? []).map(Number);

async function namedByTests(): Promise<number[]> {
  const named: number[] = [];
  for await (const path of glob('test/{unit,integration}/**/*.test.ts')) {
    const text = await readFile(path, 'utf8');
    for (const [, list = ''] of text.matchAll(/\(conformance ([\d, ]+)\)/g)) named.push(...numbersIn(list));
  }
  return named;
}

async function listedAsDifferences(): Promise<number[]> {
  const text = await readFile('docs/differences.md', 'utf8');
  return [...text.matchAll(/^\| ([\d, ]+) \|/gm)].flatMap(([, list = '']) => numbersIn(list));
}

test('every numbered behaviour of the genuine agent has a test that names it or a reason why it differs', async () => {
  const covered = new Set([...(await namedByTests()), ...(await listedAsDifferences())]);
  const missing = Array.from({ length: BEHAVIOURS }, (_, i) => i + 1).filter(
    (number) => !covered.has(number),
  );
  expect(missing).toEqual([]);
});
