import { describe, expect, test } from 'vitest';
import {
  ANY_PUT_BACK,
  cancelledState,
  claimOfAgent,
  claimState,
  failedState,
  isClaimable,
  isScheduled,
  putBackState,
  readClaim,
  readPutBack,
  releasedState,
  type SerializedState,
} from '../../../src/prefect1/states.ts';

const claimant = { agent: 'lambda', invocation: '1-2' };

const NOON = Date.parse('2026-11-23T12:00:00Z');

/** What every state has. */
const plain = {
  cached_inputs: {},
  _result: { type: 'NoResultType', __version__: '1.4.1' },
  __version__: '1.4.1',
};

const own = (context: object) => ({ serverless_prefect_agent: context });

const scheduled: SerializedState = { type: 'Scheduled', start_time: '2026-11-23T12:00:00+00:00' };

test.each([
  ['Scheduled', true, true],
  ['Retrying', true, true],
  ['Resume', true, true],
  ['Paused', true, true],
  ['Queued', false, true],
  ['Submitted', false, false],
  ['Running', false, false],
])('a run that is %s is scheduled: %s; may be claimed: %s', (type, isDue, mayBeClaimed) => {
  expect([isScheduled({ type }), isClaimable({ type })]).toEqual([isDue, mayBeClaimed]);
});

describe('a claim', () => {
  test('says whose it is, and holds the state that it replaces', () => {
    expect(claimState(claimant, '7', scheduled, 'Submitted for execution')).toEqual({
      ...plain,
      type: 'Submitted',
      message: 'Submitted for execution',
      state: scheduled,
      context: own({ agent: 'lambda', invocation: '1-2', claim_key: '7' }),
    });
  });

  test.each([
    [scheduled, scheduled],
    [{ type: 'Queued', state: scheduled }, scheduled],
    [{ type: 'Queued' }, null],
  ])('of %j holds %j', (previous, expected) => {
    expect(claimState(claimant, '7', previous, '').state).toEqual(expected);
  });

  test.each([
    ['a run that comes up first', scheduled, false],
    ['a run that an agent has put back', putBackState('No room.', NOON, NOON), true],
    ['a put-back run that is held back', { type: 'Queued', state: putBackState('', NOON, NOON) }, true],
    ['a put-back run whose attempt has ended', { ...putBackState('', NOON, NOON), type: 'Failed' }, false],
  ])('is read again, of %s', (_, previous, isRepeated) => {
    expect(readClaim(claimState(claimant, '7', previous, ''))).toEqual({
      claimKey: '7',
      claimant,
      isRepeated,
    });
  });

  test.each<[string, unknown]>([
    ['nothing', null],
    ['a state of another type', { ...claimState(claimant, '7', scheduled, ''), type: 'Running' }],
    ['the claim of another program', { type: 'Submitted', context: {} }],
    ['a state that was put back', putBackState('No room.', NOON, NOON)],
  ])('is not %s', (_, state) => {
    expect(readClaim(state)).toBeUndefined();
  });
});

describe('a run that is put back', () => {
  test('says so, and since when it is due', () => {
    expect(putBackState('No room.', NOON + 60_000, NOON)).toEqual({
      ...plain,
      type: 'Scheduled',
      message: 'No room.',
      start_time: '2026-11-23T12:01:00.000000+00:00',
      context: own({ put_back: true, due_since_ms: NOON }),
    });
    expect(putBackState('No room.', NOON, undefined).context).toStrictEqual(own({ put_back: true }));
  });

  test.each<[unknown, unknown]>([
    [putBackState('No room.', NOON, 5), { dueSinceMs: 5 }],
    [putBackState('No room.', NOON, undefined), { dueSinceMs: undefined }],
    [putBackState('No room.', NOON, -8.64e15), { dueSinceMs: -8.64e15 }],
    [putBackState('No room.', NOON, 8.64e15 + 1), { dueSinceMs: undefined }],
    [{ type: 'Retrying', context: own({ put_back: true, due_since_ms: 'noon' }) }, { dueSinceMs: undefined }],
    [{ type: 'Submitted', context: own({ put_back: true }) }, undefined],
    [{ type: 'Scheduled', context: own({ put_back: false }) }, undefined],
    [scheduled, undefined],
  ])('is read again: %j', (state, expected) => {
    expect(readPutBack(state)).toEqual(expected);
  });
});

describe('a task run that goes back', () => {
  const back = { start_time: '2026-11-23T12:00:00.000000+00:00', context: own({ put_back: true }) };

  test('is what it was before the claim, at a later time', () => {
    const retrying = { type: 'Retrying', run_count: 2, start_time: 'earlier', context: { tags: ['a'] } };
    expect(releasedState({ state: retrying }, 'No room.', NOON)).toEqual({
      ...retrying,
      start_time: back.start_time,
      context: { tags: ['a'], ...back.context },
    });
  });

  test.each<[string, unknown]>([
    ['that nobody can read', null],
    ['of what is no state', { state: { type: 'Sideways' } }],
    ['of a state that is not due', { state: { type: 'Running' } }],
  ])('is Scheduled after a claim %s', (_, claim) => {
    expect(releasedState(claim, 'No room.', NOON)).toEqual(putBackState('No room.', NOON, undefined));
  });
});

test('filters find the claims of an agent, and the runs that one has put back', () => {
  expect(claimOfAgent('lambda')).toEqual({ context: own({ agent: 'lambda' }) });
  expect(ANY_PUT_BACK).toEqual({ context: own({ put_back: true }) });
});

test('a run that is given up says why', () => {
  const given = { ...plain, message: 'No such image.', context: {} };
  expect(failedState('No such image.')).toEqual({ ...given, type: 'Failed' });
  expect(cancelledState('No such image.')).toEqual({ ...given, type: 'Cancelled' });
});
