import { expect, test } from 'vitest';
import { SharedCalls } from '../../../src/ecs/shared-calls.ts';

/** Calls that the test ends, and that end with their signal. */
function calls() {
  const shared = new SharedCalls<string>();
  const started: PromiseWithResolvers<string>[] = [];
  const signals: AbortSignal[] = [];
  const join = (key: string, signal = new AbortController().signal) =>
    shared.join(
      key,
      (own) => {
        const call = Promise.withResolvers<string>();
        own.addEventListener('abort', () => {
          call.reject(own.reason as Error);
        });
        started.push(call);
        signals.push(own);
        return call.promise;
      },
      signal,
    );
  return { join, started, signals };
}

test('those who ask for the same share one call, and those who ask later have their own', async () => {
  const { join, started } = calls();
  const both = Promise.all([join('a'), join('a')]);
  const other = join('b');
  expect(started).toHaveLength(2);
  started[0]?.resolve('A');
  started[1]?.resolve('B');
  expect(await both).toEqual(['A', 'A']);
  expect(await other).toBe('B');
  const later = join('a');
  started[2]?.resolve('later');
  expect(await later).toBe('later');
});

test('an error reaches all who wait, and the next one starts anew', async () => {
  const { join, started } = calls();
  const both = Promise.allSettled([join('a'), join('a')]);
  started[0]?.reject(new Error('throttled'));
  expect((await both).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  const again = join('a');
  started[1]?.resolve('A');
  expect(await again).toBe('A');
});

test('one who leaves takes nobody along, be it the one who started the call', async () => {
  const { join, started, signals } = calls();
  const leaving = new AbortController();
  const first = join('a', leaving.signal);
  const second = join('a');
  leaving.abort(new Error('out of time'));
  await expect(first).rejects.toThrow('out of time');
  expect(signals[0]?.aborted).toBe(false);
  started[0]?.resolve('A');
  expect(await second).toBe('A');
  expect(started).toHaveLength(1);
});

test('the call ends with the last one who leaves, and whoever comes then starts anew', async () => {
  const { join, started, signals } = calls();
  const leaving = new AbortController();
  const both = Promise.allSettled([join('a', leaving.signal), join('a', leaving.signal)]);
  leaving.abort(new Error('out of time'));
  expect((await both).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(signals[0]?.aborted).toBe(true);
  const again = join('a');
  started[1]?.resolve('A');
  expect(await again).toBe('A');
});

test('one who has no time left starts nothing', async () => {
  const { join, started } = calls();
  await expect(join('a', AbortSignal.abort(new Error('too late')))).rejects.toThrow('too late');
  expect(started).toEqual([]);
});
