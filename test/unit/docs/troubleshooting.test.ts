import { glob, readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';

/** What AWS, the SDK and the machine say: the code has no such text. */
const OTHERS = /^(CredentialsProviderError|CannotPull|ResourceInit|E[A-Z]+\b)/;

/** Quoted text that is prose of the agent's: it has words and an end. */
const QUOTED = /(``?)((?:(?!\1).)*?\s(?:(?!\1).)*?)\1(?!`)/g;

async function sources(): Promise<string> {
  const texts: string[] = [];
  for await (const path of glob('src/**/*.ts')) texts.push(await readFile(path, 'utf8'));
  return texts.join('\n');
}

/** As it stands in a template: what is filled in, escapes and joined literals do not count. */
const plain = (text: string) =>
  text
    .replace(/' \+\s*[`']|` \+\s*[`']/g, '')
    .replace(/\$\{(?:[^{}]|\{[^{}]*\})*\}/g, '…')
    .replaceAll('\\`', '`')
    .replaceAll("\\'", "'");

test('every text that docs/troubleshooting.md quotes is one that the code writes', async () => {
  const code = plain(await sources());
  const page = await readFile('docs/troubleshooting.md', 'utf8');
  const rows = page.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| ---'));
  const quoted = rows.flatMap((row) => {
    const [, cell = ''] = row.split(' | ')[0]?.split('| ') ?? [];
    return Array.from(cell.matchAll(QUOTED), ([, , text = '']) => text);
  });
  expect(quoted.length).toBeGreaterThan(20);
  const missing = quoted
    .filter((text) => !OTHERS.test(text))
    .filter((text) => {
      const parts = text
        .split('…')
        .map((part) => part.replace(/ECONNREFUSED\.?|3 failures in a row: |15 seconds\./, ''));
      return parts.some((part) => part.trim().length > 3 && !code.includes(part.trim()));
    });
  expect(missing).toEqual([]);
});
