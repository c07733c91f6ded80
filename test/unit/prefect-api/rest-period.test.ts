import { expect, test } from 'vitest';
import { PrefectApiError } from '../../../src/errors.ts';
import { RestPeriod } from '../../../src/prefect-api/rest-period.ts';

const asked = (retryAfterMs: number): PrefectApiError =>
  new PrefectApiError('busy', { effect: 'none', transient: true, retryAfterMs });

test.each<[string, readonly (readonly [atMs: number, retryAfterMs: number])[], number | undefined]>([
  ['a wait that a request waits itself', [[0, 10_000]], undefined],
  ['a longer one', [[0, 11_000]], 11_000],
  ['a longer one than an hour', [[0, 7_200_000]], 3_600_000],
  [
    'a longer one, and then a shorter of a request that was under way',
    [
      [0, 90_000],
      [100, 18_000],
    ],
    90_000,
  ],
  [
    'a shorter one, and then a longer',
    [
      [0, 18_000],
      [100, 90_000],
    ],
    90_100,
  ],
])('%s is how long the API is left alone', (_, answers, untilMs) => {
  const rest = new RestPeriod();
  for (const [atMs, retryAfterMs] of answers) rest.note(asked(retryAfterMs), atMs);
  expect(rest.untilMs).toBe(untilMs);
});
