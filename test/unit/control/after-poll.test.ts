import { describe, expect, test } from 'vitest';
import { afterPoll, type PollEnd } from '../../../src/control/after-poll.ts';
import { type ControlRecord, EMPTY_RECORD } from '../../../src/control/control-record.ts';

const BEFORE: ControlRecord = {
  ...EMPTY_RECORD,
  lastPollMs: 1000,
  lastSuccessMs: 1000,
};

const end = (change: Partial<PollEnd> = {}): PollEnd => ({
  startMs: 60_000,
  atMs: 61_000,
  failure: undefined,
  notBeforeMs: undefined,
  launched: false,
  blockedFor: undefined,
  ...change,
});

test('a success is remembered, and the failure before it forgotten', () => {
  expect(afterPoll({ ...BEFORE, lastFailure: 'db down' }, end())).toEqual({
    ...BEFORE,
    lastPollMs: 61_000,
    lastSuccessMs: 61_000,
  });
});

test('a failure leaves the last success as it was', () => {
  expect(afterPoll(BEFORE, end({ failure: 'db down' }))).toEqual({
    ...BEFORE,
    lastPollMs: 61_000,
    lastFailure: 'db down',
  });
  expect(afterPoll(EMPTY_RECORD, end({ failure: 'db down' })).lastSuccessMs).toBeUndefined();
});

describe('the moment until which Prefect asked to be left alone', () => {
  test('is kept, and the poll that was told so neither succeeded nor failed', () => {
    const record = afterPoll(BEFORE, end({ failure: 'HTTP 429', notBeforeMs: 300_000 }));
    expect(record).toEqual({ ...BEFORE, lastPollMs: 61_000, notBeforeMs: 300_000 });
  });

  test('is not shortened by an invocation that was not told', () => {
    expect(afterPoll({ ...BEFORE, notBeforeMs: 300_000 }, end()).notBeforeMs).toBe(300_000);
  });

  test('is forgotten when it is over', () => {
    expect(afterPoll({ ...BEFORE, notBeforeMs: 60_000 }, end()).notBeforeMs).toBeUndefined();
  });
});

describe('the circuit', () => {
  const minute = (n: number, change: Partial<PollEnd>) =>
    end({ startMs: n * 60_000, atMs: n * 60_000 + 1000, ...change });

  const after = (...changes: Partial<PollEnd>[]) =>
    changes.reduce<ControlRecord>((record, change, i) => afterPoll(record, minute(i + 1, change)), BEFORE)
      .circuit;

  const blocked = { failure: 'None of 1', blockedFor: 'denied' };

  test.each<[string, Partial<PollEnd>[], ControlRecord['circuit']]>([
    ['is closed at first', [{}], undefined],
    ['counts failures', [blocked, blocked], { failures: 2, reason: 'denied', openedAtMs: undefined }],
    [
      'opens with the third in a row',
      [blocked, blocked, blocked],
      { failures: 3, reason: 'denied', openedAtMs: 181_000 },
    ],
    [
      'keeps when it opened, and the latest reason',
      [blocked, blocked, blocked, { ...blocked, blockedFor: 'no cluster' }],
      { failures: 4, reason: 'no cluster', openedAtMs: 181_000 },
    ],
    [
      'is not changed by invocations that had nothing to launch, or failed for another reason',
      [blocked, {}, blocked, { failure: 'db down' }, blocked],
      { failures: 3, reason: 'denied', openedAtMs: 301_000 },
    ],
    ['closes with the first launch', [blocked, blocked, blocked, { launched: true }], undefined],
    ['counts no failure beside a launch', [blocked, { launched: true, blockedFor: 'denied' }], undefined],
  ])('%s', (_, changes, expected) => {
    expect(after(...changes)).toEqual(expected);
  });

  test('is not closed by an invocation that launched before another found it blocked', () => {
    const circuit = { failures: 3, reason: 'denied', openedAtMs: 60_500 };
    const record = { ...BEFORE, lastPollMs: 60_500, circuit };
    expect(afterPoll(record, end({ launched: true })).circuit).toBe(circuit);
  });
});

test('an invocation that ended before the last one changes nothing', () => {
  const record = { ...BEFORE, lastPollMs: 62_000 };
  expect(afterPoll(record, end({ failure: 'frozen for an hour' }))).toBe(record);
});
