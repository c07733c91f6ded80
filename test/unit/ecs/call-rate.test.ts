import { expect, test } from 'vitest';
import { CallRate } from '../../../src/ecs/call-rate.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const signal = new AbortController().signal;

const launches = (clock: VirtualClock, isLimit = false): CallRate =>
  new CallRate(clock, { perSecond: 20, isLimit });

test('twenty launches go at once, and then twenty a second', async () => {
  const clock = new VirtualClock();
  const rate = launches(clock);
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
  const rate = launches(clock);
  await clock.advance(60_000);
  const startMs = clock.now();
  const turns = Array.from({ length: 21 }, async () => rate.turn(signal));
  await clock.until(Promise.all(turns));
  expect(clock.now() - startMs).toBe(50);
});

test('a wait for a turn ends with the signal', async () => {
  const rate = launches(new VirtualClock());
  const stop = new AbortController();
  const turns = Array.from({ length: 21 }, async () => rate.turn(stop.signal));
  stop.abort(new Error('stopped'));
  const ends = await Promise.allSettled(turns);
  expect(ends.at(-1)).toEqual({ status: 'rejected', reason: new Error('stopped') });
});

test('a turn that was given up is there for somebody else', async () => {
  const rate = launches(new VirtualClock());
  const stop = new AbortController();
  const turns = Array.from({ length: 100 }, async () => rate.turn(stop.signal));
  stop.abort(new Error('stopped'));
  await Promise.allSettled(turns);
  expect(rate.available(1000)).toBe(20);
});

/** Takes turns for `ms` milliseconds of an AWS that allows `allowed` a second; answers how many were served. */
async function run(rate: CallRate, clock: VirtualClock, ms: number, allowed: number) {
  const startMs = clock.now();
  let tokens = 20;
  let filledMs = startMs;
  let served = 0;
  let throttled = 0;
  const work = async () => {
    while (clock.now() - startMs < ms) {
      await rate.turn(signal);
      tokens = Math.min(20, tokens + ((clock.now() - filledMs) / 1000) * allowed);
      filledMs = clock.now();
      if (tokens >= 1) {
        tokens -= 1;
        served += 1;
        rate.served();
      } else {
        throttled += 1;
        rate.throttled();
      }
    }
  };
  await clock.until(work());
  return { perSecond: served / (ms / 1000), throttled };
}

test('a throttle empties the burst: no turn is taken ahead of its time any more', async () => {
  const clock = new VirtualClock();
  const rate = launches(clock);
  rate.throttled();
  const startMs = clock.now();
  await clock.until(rate.turn(signal));
  expect(clock.now() - startMs).toBe(50);
});

test.each([
  ['a quarter of the quota, for others use it too', 5],
  ['the quota', 20],
  ['five times the quota', 100],
])('it finds the pace that AWS allows: %s', async (_, allowed) => {
  const clock = new VirtualClock();
  const rate = launches(clock);
  await run(rate, clock, 120_000, allowed);
  const { perSecond, throttled } = await run(rate, clock, 60_000, allowed);
  expect(perSecond).toBeGreaterThan(Math.min(allowed, 25) * 0.7);
  expect(throttled / (perSecond * 60)).toBeLessThan(0.25);
});

test('at the quota, trying whether AWS allows more costs hardly any call', async () => {
  const clock = new VirtualClock();
  const { throttled, perSecond } = await run(launches(clock), clock, 60_000, 20);
  expect(throttled).toBeLessThan(5);
  expect(perSecond).toBeGreaterThan(19.9);
});

test('a pace that somebody set is never exceeded', async () => {
  const clock = new VirtualClock();
  const { perSecond } = await run(launches(clock, true), clock, 120_000, 100);
  expect(perSecond).toBeLessThan(20.3);
});

test('it says how many turns there are within a time', async () => {
  const clock = new VirtualClock();
  const rate = launches(clock);
  expect(rate.available(0)).toBe(20);
  expect(rate.available(1000)).toBe(40);
  await clock.until(Promise.all(Array.from({ length: 20 }, () => rate.turn(signal))));
  expect(rate.available(0)).toBe(0);
  expect(rate.available(1000)).toBe(20);
  expect(rate.available(-5000)).toBe(0);
});
