import { expect, test } from 'vitest';
import { LaunchRate } from '../../../src/ecs/launch-rate.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const signal = new AbortController().signal;

test('twenty launches go at once, and then twenty a second', async () => {
  const clock = new VirtualClock();
  const rate = new LaunchRate(clock);
  const startMs = clock.now();
  const turns = Array.from({ length: 60 }, async () => {
    await rate.turn(signal);
    return clock.now() - startMs;
  });
  const times = await clock.until(Promise.all(turns));
  expect(times.filter((ms) => ms === 0)).toHaveLength(20);
  expect(times.at(-1)).toBe(2000);
  expect(times.filter((ms) => ms > 1000 && ms <= 2000)).toHaveLength(20);
});

test('turns that nobody took are there later, but no more than a burst', async () => {
  const clock = new VirtualClock();
  const rate = new LaunchRate(clock);
  await clock.advance(60_000);
  const startMs = clock.now();
  const turns = Array.from({ length: 21 }, async () => rate.turn(signal));
  await clock.until(Promise.all(turns));
  expect(clock.now() - startMs).toBe(50);
});

test('a wait for a turn ends with the signal', async () => {
  const rate = new LaunchRate(new VirtualClock());
  const stop = new AbortController();
  const turns = Array.from({ length: 21 }, async () => rate.turn(stop.signal));
  const last = expect(turns.at(-1)).rejects.toThrow('stopped');
  stop.abort(new Error('stopped'));
  await last;
});
