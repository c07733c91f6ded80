import { expect, test } from 'vitest';
import { quantile } from '../../bench/quantile.ts';

test.each([
  { values: [3, 1, 2], share: 0.5, is: 2 },
  { values: [4, 3, 2, 1], share: 0.5, is: 2 },
  { values: [1, 2, 3], share: 1, is: 3 },
  { values: [1, 2, 3], share: 0, is: 1 },
  { values: [], share: 0.5, is: NaN },
])('of $values a share of $share does not exceed $is', ({ values, share, is }) => {
  expect(quantile(values, share)).toBe(is);
});
