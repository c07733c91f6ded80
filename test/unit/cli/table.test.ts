import picocolors from 'picocolors';
import { expect, test } from 'vitest';
import { table } from '../../../src/cli/table.ts';

test('columns are as wide as their widest cell, and no line ends in spaces', () => {
  const rows = [
    ['NAME', 'OUTCOME', 'DETAIL'],
    ['owl', 'started', 'x'],
    ['otter-2', 'failed', ''],
  ];
  expect(table(rows)).toBe('NAME     OUTCOME  DETAIL\nowl      started  x\notter-2  failed\n');
});

test('colours and accents take no room', () => {
  const { red } = picocolors.createColors(true);
  expect(
    table([
      [red('ab'), '1'],
      ['café', '2'],
    ]),
  ).toBe(`${red('ab')}    1\ncafé  2\n`);
});

test('no rows are no text', () => {
  expect(table([])).toBe('');
});
