import { expect, test } from 'vitest';
import { SeenRuns } from '../../../src/agent/seen-runs.ts';

const slow = { id: 'slow', name: 'slow', reason: 'busy' };
const slower = { id: 'slower', name: 'slower', reason: 'busy' };

/** A look that found these runs, and how many others; the first are not ready. */
function look(seen: SeenRuns, runs: readonly (typeof slow)[], others = 0): void {
  seen.add(runs);
  seen.postpone(runs, runs.length + others);
}

test('a run that is not ready comes up three times in a row, with a look in between that finds nothing', () => {
  const seen = new SeenRuns();
  for (const isBack of [true, true, false]) {
    look(seen, [slow]);
    look(seen, []);
    expect(seen.bringBack()).toBe(isBack);
    expect(seen.ids.has('slow')).toBe(!isBack);
  }
});

test('it comes up no more after three looks in a row that found nothing else', () => {
  const seen = new SeenRuns();
  for (let looks = 0; looks < 3; looks += 1) look(seen, [slow]);
  expect(seen.bringBack()).toBe(false);
});

test('it comes up anew once another run was ready', () => {
  const seen = new SeenRuns();
  look(seen, [slow]);
  look(seen, [slow]);
  look(seen, [slow], 1);
  look(seen, [slow]);
  expect(seen.bringBack()).toBe(true);
});

test('there is nothing to bring back where all were ready, or nothing was found since', () => {
  const seen = new SeenRuns();
  expect(seen.bringBack()).toBe(false);
  look(seen, [slow]);
  expect(seen.bringBack()).toBe(true);
  expect(seen.bringBack()).toBe(false);
});

test('given up are those that came up again, and not those that were looked for in vain', () => {
  const seen = new SeenRuns();
  look(seen, [slow, slower]);
  seen.bringBack();
  look(seen, [slow]);
  expect(seen.giveUp()).toEqual([slow]);
  expect(seen.postponed).toEqual([]);
});

test('a run that is found again is postponed no longer', () => {
  const seen = new SeenRuns();
  look(seen, [slow]);
  expect(seen.add([slow, slower])).toBe(1);
  expect(seen.postponed).toEqual([]);
});
