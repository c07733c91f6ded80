import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { confirm } from '../../../src/cli/confirm.ts';

test.each([
  ['y\n', true],
  ['Yes\n', true],
  [' y \n', true],
  ['n\n', false],
  ['\n', false],
  ['yesterday\n', false],
  // The end of the input.
  ['', false],
])('the answer %j is %j', async (answer, expected) => {
  const output = new PassThrough();
  const input = new PassThrough();
  input.end(answer);
  expect(await confirm('Shall it?', input, output)).toBe(expected);
  output.end();
  expect(await text(output)).toBe('Shall it? [y/N] ');
});
