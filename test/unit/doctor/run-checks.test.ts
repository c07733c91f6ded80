import { expect, test } from 'vitest';
import type { Clock } from '../../../src/clock.ts';
import { ok } from '../../../src/doctor/check.ts';
import { runChecks } from '../../../src/doctor/run-checks.ts';

const never = new AbortController().signal;

/** Whose waits are over at once, unless they are ended before. */
const impatient: Clock = { now: () => 0, sleep: () => new Promise((resolve) => setTimeout(resolve, 20)) };

test('a check that hangs, throws at once, or is denied takes no other with it', async () => {
  const results = await runChecks(
    [
      { name: 'hangs', run: () => new Promise(() => undefined) },
      {
        name: 'throws',
        run: () => {
          throw new Error('broken');
        },
      },
      { name: 'denied', run: () => Promise.reject(new Error('AccessDenied: no')) },
      { name: 'works', run: () => Promise.resolve(ok('fine')) },
    ],
    impatient,
    never,
  );
  expect(results).toEqual([
    { name: 'hangs', status: 'unknown', detail: 'no answer within 20 seconds' },
    { name: 'throws', status: 'unknown', detail: 'broken' },
    {
      name: 'denied',
      status: 'unknown',
      detail: 'AccessDenied: no',
      todo: 'Have this permission added to your role or user to check it.',
    },
    { name: 'works', status: 'ok', detail: 'fine' },
  ]);
});

test('Ctrl-C ends checks that are under way', async () => {
  const stop = new AbortController();
  const patient: Clock = { now: () => 0, sleep: () => new Promise(() => undefined) };
  const ended = runChecks([{ name: 'hangs', run: () => new Promise(() => undefined) }], patient, stop.signal);
  stop.abort();
  expect(await ended).toMatchObject([{ status: 'unknown' }]);
});
