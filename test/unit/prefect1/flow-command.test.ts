import { expect, test } from 'vitest';
import { flowCommand } from '../../../src/prefect1/flow-command.ts';

const nowMs = Date.parse('2026-11-23T12:00:00.400Z');
const NOW_S = nowMs / 1000 - 0.4;

test.each([
  ['has passed', -60_000],
  ['is now', 0],
])('a run whose start time %s gets the genuine command', (_, aheadMs) => {
  const timing = { startTimeMs: nowMs + aheadMs, nowMs };
  expect(flowCommand('1.4.1', timing)).toEqual(['/bin/sh', '-c', 'prefect execute flow-run']);
  expect(flowCommand('0.12.6', timing)).toEqual(['/bin/sh', '-c', 'prefect execute cloud-flow']);
});

test.each([
  ['a millisecond ahead', 1, NOW_S + 1],
  ['at a full second', 600, NOW_S + 1],
  ['a millisecond after a full second', 601, NOW_S + 2],
  ['as far ahead as can be', 240_000, NOW_S + 241],
])('a start time %s is waited for, rounded up to the second', (_, aheadMs, second) => {
  const [shell, option, script] = flowCommand('1.4.1', { startTimeMs: nowMs + aheadMs, nowMs });
  expect([shell, option]).toEqual(['/bin/sh', '-c']);
  expect(script).toMatch(new RegExp(`-lt ${second} \\].*; exec prefect execute flow-run$`));
});

test('an old flow that waits is executed by the old command', () => {
  expect(flowCommand('0.12.6', { startTimeMs: nowMs + 1, nowMs })[2]).toMatch(
    /; exec prefect execute cloud-flow$/,
  );
});

test('the command says when to start and not when it was built, so a launch that is repeated in time is the same', () => {
  const startTimeMs = nowMs + 60_000;
  expect(flowCommand('1.4.1', { startTimeMs, nowMs: nowMs + 30_000 })).toEqual(
    flowCommand('1.4.1', { startTimeMs, nowMs }),
  );
});
