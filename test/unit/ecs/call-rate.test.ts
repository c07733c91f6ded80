import { describe, expect, test } from 'vitest';
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

test('a turn that is asked for when there is no time left is not taken', async () => {
  const rate = launches(new VirtualClock());
  await expect(rate.turn(AbortSignal.abort(new Error('stopped')))).rejects.toThrow('stopped');
  expect(rate.available(0)).toBe(20);
});

test('a call is taken to last as long as the slowest lately', () => {
  const rate = launches(new VirtualClock());
  expect(rate.slowestMs).toBe(750);
  rate.took(3000);
  expect(rate.slowestMs).toBe(3000);
});

describe('the pace', () => {
  /** Calls a second, by how many more turns there are in a long time than at once. */
  const paceOf = (rate: CallRate) => Math.round((rate.available(1_000_000) - rate.available(0)) / 1000);

  /** A pace that two throttles have brought down to 14 a second. */
  const slowed = async (isLimit = false) => {
    const clock = new VirtualClock();
    const rate = launches(clock, isLimit);
    rate.throttled();
    await clock.advance(5000);
    rate.throttled();
    return { clock, rate };
  };

  test.each([
    [999, 20, 'calls that were under way say the same again'],
    [1000, 14, 'it is too fast'],
    [9999, 14, 'it is too fast'],
    [10_000, 20, 'others may have used up the burst'],
  ])('a throttle %i ms after another one makes it %i: %s', async (afterMs, expected) => {
    const clock = new VirtualClock();
    const rate = launches(clock);
    rate.throttled();
    expect(paceOf(rate)).toBe(20);
    await clock.advance(afterMs);
    rate.throttled();
    expect(paceOf(rate)).toBe(expected);
  });

  test('is raised to where it began while calls go well, a tenth of that every two seconds', async () => {
    const { clock, rate } = await slowed();
    const paces: number[] = [];
    for (const ms of [1999, 1, 0, 1999, 1, 2000, 2000]) {
      await clock.advance(ms);
      rate.served();
      paces.push(paceOf(rate));
    }
    expect(paces).toEqual([14, 16, 16, 16, 18, 20, 20]);
  });

  /** A call that has to wait for its turn until the moment, so many milliseconds from now. */
  const waitUntil = async (rate: CallRate, clock: VirtualClock, ms: number) => {
    const untilMs = clock.now() + ms;
    await clock.advance(ms - 50);
    await clock.until(Promise.all(Array.from({ length: 21 }, () => rate.turn(signal))));
    expect(clock.now()).toBe(untilMs);
  };

  test.each<[string, number, { waitedMs?: number; sinceMs?: number; isLimit?: boolean }]>([
    ['is raised beyond where it began after ten seconds in which calls had to wait', 22, { waitedMs: 9001 }],
    ['is not raised before', 20, { waitedMs: 9000, sinceMs: 9999 }],
    ['is not raised for calls that had to wait before the last second', 20, { waitedMs: 9000 }],
    ['is not raised for calls that did not have to wait', 20, {}],
    ['is not raised where somebody set it', 20, { waitedMs: 9001, isLimit: true }],
  ])('%s', async (_, expected, { waitedMs, sinceMs = 10_000, isLimit = false }) => {
    const clock = new VirtualClock();
    const rate = launches(clock, isLimit);
    const startMs = clock.now();
    rate.served();
    if (waitedMs !== undefined) await waitUntil(rate, clock, waitedMs);
    await clock.advance(startMs + 5000 > clock.now() ? 5000 : 0);
    rate.served();
    await clock.advance(startMs + sinceMs - clock.now());
    rate.served();
    expect(paceOf(rate)).toBe(expected);
  });

  test('is not raised by the first call, however long its wait was', async () => {
    const clock = new VirtualClock();
    const rate = launches(clock);
    await waitUntil(rate, clock, 50);
    rate.served();
    expect(paceOf(rate)).toBe(20);
  });

  test.each([
    [59_999, 20],
    [60_000, 22],
  ])('%i ms after a throttle may be %i', async (afterMs, expected) => {
    const clock = new VirtualClock();
    const rate = launches(clock);
    rate.throttled();
    await waitUntil(rate, clock, afterMs);
    rate.served();
    expect(paceOf(rate)).toBe(expected);
  });
});
