import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import { type Budget, invocationBudget, processBudget } from '../../../src/agent/budget.ts';
import { Timings } from '../../../src/agent/timings.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

/** What telling takes at least, in milliseconds. */
const TELLING_MS = 2500;

/** Which of the signals have ended. */
const ended = ({ work, settle }: Budget) =>
  Object.entries({ work, settle }).flatMap(([name, { aborted }]) => (aborted ? [name] : []));

describe('the time of an invocation', () => {
  const minute = () => {
    const clock = new VirtualClock();
    const stop = new AbortController();
    const budget = invocationBudget(clock, clock.now() + 60_000, stop.signal, new Timings(clock));
    return { clock, stop, budget };
  };

  test('ends for work as long before its end as telling takes, and for telling at its end', async () => {
    const { clock, budget } = minute();
    await clock.advance(60_000 - TELLING_MS - 1);
    expect(ended(budget)).toEqual([]);
    await clock.advance(1);
    expect(ended(budget)).toEqual(['work']);
    await clock.advance(TELLING_MS - 1);
    expect(ended(budget)).toEqual(['work']);
    await clock.advance(1);
    expect(ended(budget)).toEqual(['work', 'settle']);
    expect(budget.settle.reason).toMatchObject({ message: 'The time of this invocation is used up.' });
  });

  test('is for launches what the claim and telling leave of it, and never less than none', async () => {
    const { clock, budget } = minute();
    expect(budget.launchMs()).toBe(60_000 - TELLING_MS - 500);
    await clock.advance(70_000);
    expect(budget.launchMs()).toBe(0);
  });

  test('is over for claims when the agent is told to stop, and goes on for what is claimed', async () => {
    const { clock, stop, budget } = minute();
    stop.abort();
    await clock.advance(30_000);
    expect([budget.launchMs(), ended(budget)]).toEqual([0, []]);
  });

  test('leaves no timer behind when the invocation ends earlier', async () => {
    const { clock, budget } = minute();
    budget[Symbol.dispose]();
    await clock.advance(70_000);
    expect(ended(budget)).toEqual([]);
  });
});

describe('the time of an agent that lives on', () => {
  const living = () => {
    const clock = new VirtualClock();
    const stop = new AbortController();
    const budget = processBudget(clock, stop.signal, new Timings(clock));
    return { clock, stop, budget };
  };

  test('has no end before it is told to stop', async () => {
    const { clock, budget } = living();
    await clock.advance(24 * 3_600_000);
    expect([budget.launchMs(), ended(budget)]).toEqual([Infinity, []]);
  });

  test('is over for claims then, 20 seconds later for work, and then for telling', async () => {
    const { clock, stop, budget } = living();
    stop.abort();
    await clock.advance(19_999);
    expect([budget.launchMs(), ended(budget)]).toEqual([0, []]);
    await clock.advance(1);
    expect(ended(budget)).toEqual(['work']);
    await clock.advance(TELLING_MS - 1);
    expect(ended(budget)).toEqual(['work']);
    await clock.advance(1);
    expect(ended(budget)).toEqual(['work', 'settle']);
    expect(budget.settle.reason).toMatchObject({ message: 'The agent was told to stop.' });
  });

  test('leaves neither a timer nor a listener behind', async () => {
    const { clock, stop, budget } = living();
    const other = processBudget(clock, stop.signal, new Timings(clock));
    expect(getEventListeners(stop.signal, 'abort')).toHaveLength(2);
    other[Symbol.dispose]();
    expect(getEventListeners(stop.signal, 'abort')).toHaveLength(1);
    stop.abort();
    budget[Symbol.dispose]();
    await clock.advance(60_000);
    expect(ended(budget)).toEqual([]);
  });
});
