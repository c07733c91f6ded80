import { expect, test } from 'vitest';
import { colorsFor } from '../../../src/cli/colors.ts';

test.each([
  [true, {}, true],
  [true, { NO_COLOR: '' }, true],
  [true, { NO_COLOR: '1' }, false],
  [true, { TERM: 'dumb' }, false],
  [false, {}, false],
])('a terminal: %s, with %o: colours %s', (isTTY, env, expected) => {
  expect(colorsFor({ isTTY, write: () => true }, env).isColorSupported).toBe(expected);
});
