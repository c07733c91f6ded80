import { describe, expect, test } from 'vitest';
import { isInForce, refusalText } from '../../../src/prefect3/set-states.ts';
import {
  cancelledState,
  claimState,
  failedState,
  putBackState,
  readClaim,
  readPutBack,
} from '../../../src/prefect3/states.ts';
import type { State, Verdict } from '../../../src/prefect3/schemas.ts';

const claimant = { agent: 'lambda', invocation: '1-2' };

const NOON = Date.parse('2026-11-23T12:00:00Z');

/** A state as the API shows it. */
const shown = (change: Partial<State>): State => ({
  id: 'state',
  type: 'PENDING',
  timestamp: '2026-11-23T12:00:00Z',
  state_details: { transition_id: 'key' },
  ...change,
});

describe('a claim', () => {
  test('says whose it is, and whether an agent had put the run back before', () => {
    expect(claimState(claimant, 'key', false)).toEqual({
      type: 'PENDING',
      name: 'Pending',
      message: 'Claimed by agent "lambda" in invocation "1-2"',
      state_details: { transition_id: 'key' },
    });
    expect(claimState(claimant, 'key', true).message).toBe(
      'Claimed again by agent "lambda" in invocation "1-2"',
    );
  });

  test.each([
    ['lambda', '1'],
    ['the "quick" one \\', '" in invocation "2'],
    ['two\nlines', ''],
  ])('is read again, whatever the names are: %j, %j', (agent, invocation) => {
    for (const isRepeated of [true, false]) {
      const own = { agent, invocation };
      expect(readClaim(shown(claimState(own, 'key', isRepeated)))).toEqual({
        claimKey: 'key',
        claimant: own,
        isRepeated,
      });
    }
  });

  const { message } = claimState(claimant, 'key', false);

  test.each<[string, Partial<State>]>([
    ['a state of another type', { type: 'RUNNING', message }],
    ['a state without a transition id', { message, state_details: { transition_id: null } }],
    ['a state without details', { message, state_details: null }],
    ['a state without a message', { message: null }],
    ['what somebody else says', { message: 'Claimed by a worker' }],
    ['what somebody says of a claim', { message: `It was: ${message}` }],
    ['what somebody adds to a claim', { message: `${message}, or so` }],
  ])('is not %s', (_, change) => {
    expect(readClaim(shown(change))).toBeUndefined();
  });
});

describe('a run that is put back', () => {
  test('says so, and since when it is due', () => {
    expect(putBackState('No room.', 'key', NOON + 60_000, NOON)).toEqual({
      type: 'SCHEDULED',
      name: 'AwaitingRetry',
      message: 'Put back in the queue by the agent, due since 2026-11-23T12:00:00.000Z: No room.',
      state_details: { transition_id: 'key', scheduled_time: '2026-11-23T12:01:00.000Z' },
    });
  });

  test.each([NOON, undefined])('is read again: due since %s', (dueSinceMs) => {
    expect(readPutBack(shown(putBackState('No room: 1', 'key', NOON, dueSinceMs)))).toEqual({ dueSinceMs });
  });

  const { message } = putBackState('No room.', 'key', NOON, NOON);

  test.each<[string, Partial<State>]>([
    ['that goes on', { type: 'PENDING', message }],
    ['that a user has put back', { type: 'SCHEDULED', message: 'Retry' }],
    ['without a word', { type: 'SCHEDULED', message: null }],
    ['of which somebody says so', { type: 'SCHEDULED', message: `It was ${message}` }],
  ])('is none %s', (_, change) => {
    expect(readPutBack(shown(change))).toBeUndefined();
  });
});

test('a run that is given up says why', () => {
  const details = { message: 'No such image.', state_details: { transition_id: 'key' } };
  expect(failedState('No such image.', 'key')).toEqual({ type: 'CRASHED', name: 'Crashed', ...details });
  expect(cancelledState('No such image.', 'key')).toEqual({
    type: 'CANCELLED',
    name: 'Cancelled',
    ...details,
  });
});

describe('what the server says of a proposed state', () => {
  const proposed = claimState(claimant, 'key', false);

  test.each<[Verdict, boolean]>([
    [{ status: 'ACCEPT' }, true],
    [{ status: 'ACCEPT', state: shown({ state_details: { transition_id: 'other' } }) }, true],
    [{ status: 'REJECT', state: shown({ state_details: { transition_id: 'key' } }) }, true],
    [{ status: 'REJECT', state: shown({ state_details: { transition_id: 'other' } }) }, false],
    [{ status: 'REJECT', state: shown({ state_details: null }) }, false],
    [{ status: 'WAIT', state: null }, false],
    [{ status: 'ABORT' }, false],
  ])('%j: it is in force: %s', (verdict, expected) => {
    expect(isInForce(verdict, proposed)).toBe(expected);
  });

  test.each<[Verdict, string]>([
    [{ status: 'ABORT' }, 'The server answered ABORT: no reason given'],
    [{ status: 'WAIT', details: { reason: 'Full.' } }, 'The server answered WAIT: Full.'],
    [
      { status: 'REJECT', details: { reason: null }, state: shown({ type: 'RUNNING' }) },
      'The server answered REJECT: no reason given It is RUNNING.',
    ],
    [
      {
        status: 'REJECT',
        details: { reason: 'Full.' },
        state: shown({ type: 'CANCELLED', message: 'Mine' }),
      },
      'The server answered REJECT: Full. It is CANCELLED: Mine.',
    ],
  ])('%j in words', (verdict, expected) => {
    expect(refusalText(verdict)).toBe(expected);
  });
});
