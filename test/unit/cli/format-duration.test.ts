import { expect, test } from 'vitest';
import { formatDuration } from '../../../src/cli/format-duration.ts';

test.each([
  [0, '0 ms'],
  [999, '999 ms'],
  [1000, '1.0 s'],
  [2_149, '2.1 s'],
  [-2_100, '-2.1 s'],
  [60_000, '1.0 min'],
  [210_000, '3.5 min'],
  [4_320_000, '1.2 h'],
])('%d ms is %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});
