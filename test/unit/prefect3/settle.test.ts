import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { Settlement } from '../../../src/agent/prefect-backend.ts';
import { PrefectApiError } from '../../../src/errors.ts';
import { STALE } from '../../../src/fresh.ts';
import { settleFlowRuns } from '../../../src/prefect3/settle.ts';
import { cancelledState, claimState, failedState, putBackState } from '../../../src/prefect3/states.ts';
import { row3, scriptedClient3, shownState } from '../../support/scripted-prefect3.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const claimant = { agent: 'agent', invocation: '1' };
const dead = { agent: 'agent', invocation: '0' };

const BULK = 'bulk_set_state';

const MOVED_ON = { kind: 'moved-on', reason: 'The run is no longer what it was' };

const broken = new PrefectApiError('The connection broke.', { effect: 'unknown', transient: true });
const missing = new PrefectApiError('HTTP 404.', { status: 404, effect: 'none', transient: false });

const claimedBy = (by: typeof claimant) => shownState('PENDING', claimState(by, 'claim', false));

const about = { flowRunId: 'a', reason: 'Because.' };
const failed = { ...about, kind: 'failed' } as const;
const cancelled = { ...about, kind: 'cancelled' } as const;

async function settle(
  settlements: readonly Settlement[],
  rows: readonly object[],
  answers: Parameters<typeof scriptedClient3>[0] = {},
) {
  const clock = new VirtualClock();
  const scripted = scriptedClient3({
    'flow_runs/filter': () => rows,
    [BULK]: () => ({ results: [{ flow_run_id: 'a', status: 'ACCEPT' }] }),
    ...answers,
  });
  let made = 0;
  const options = {
    client: scripted.client,
    bulk: { isMissing: false },
    clock,
    uuid: () => `key-${++made}`,
  };
  const results = await clock.until(
    settleFlowRuns(options, settlements, claimant, new AbortController().signal),
  );
  return { ...scripted, results };
}

test.each<[string, Settlement, object | null, string]>([
  ['in the queue', { ...failed, held: 'queued' }, shownState('SCHEDULED'), 'SCHEDULED'],
  ['to be cancelled', { ...cancelled, held: 'cancelling' }, shownState('CANCELLING'), 'CANCELLING'],
  ['running as it was', { ...failed, held: 'running', version: 'state' }, shownState('RUNNING'), 'RUNNING'],
  ['claimed by who asks', { ...failed, held: 'claimed' }, claimedBy(claimant), 'PENDING'],
  ['claimed by whom it is about', { ...failed, held: 'claimed', by: dead }, claimedBy(dead), 'PENDING'],
])('a run that is %s is changed, while it is', async (_, settlement, state, type) => {
  const { results, of } = await settle([settlement], [row3('a', state)]);
  expect(results).toEqual([{ kind: 'done' }]);
  const proposed =
    settlement.kind === 'cancelled' ? cancelledState('Because.', 'key-1') : failedState('Because.', 'key-1');
  expect(of(BULK)).toEqual([
    {
      flow_runs: { id: { any_: ['a'] }, state: { type: { any_: [type, proposed.type] } } },
      state: proposed,
      force: false,
      limit: 1,
    },
  ]);
});

test.each<[string, Settlement, object | null]>([
  ['not in the queue', { ...failed, held: 'queued' }, shownState('PENDING')],
  ['cancelled already', { ...cancelled, held: 'cancelling' }, shownState('CANCELLED')],
  ['running anew', { ...failed, held: 'running', version: 'other' }, shownState('RUNNING')],
  ['not running', { ...failed, held: 'running', version: 'state' }, shownState('COMPLETED')],
  ['claimed by another', { ...failed, held: 'claimed' }, claimedBy(dead)],
  [
    'claimed by who asks, and it is about another',
    { ...failed, held: 'claimed', by: dead },
    claimedBy(claimant),
  ],
  ['in no state', { ...failed, held: 'claimed' }, null],
  ['gone', { ...failed, flowRunId: 'gone', held: 'claimed' }, claimedBy(claimant)],
])('a run that is %s is left alone', async (_, settlement, state) => {
  const { results, of } = await settle([settlement], [row3('a', state)]);
  expect([results, of(BULK)]).toEqual([[MOVED_ON], []]);
});

test('a run that is put back waits for its time, and says since when it is due', async () => {
  const putBack = {
    ...about,
    kind: 'put-back',
    held: 'claimed',
    startTimeMs: 5000,
    dueSinceMs: 3000,
  } as const;
  const { of } = await settle([putBack], [row3('a', claimedBy(claimant))]);
  expect(of(BULK)[0]?.['state']).toEqual(putBackState('Because.', 'key-1', 5000, 3000));
});

describe('what the server says of a change', () => {
  const claimed = [row3('a', claimedBy(claimant))];
  const settlement: Settlement = { ...failed, held: 'claimed' };

  test.each<[string, Parameters<typeof scriptedClient3>[0], object]>([
    [
      'no',
      { [BULK]: () => ({ results: [{ flow_run_id: 'a', status: 'ABORT', details: { reason: 'No.' } }] }) },
      { kind: 'moved-on', reason: 'The server answered ABORT: No.' },
    ],
    [
      'that there is none to change',
      { [BULK]: () => ({ results: [] }) },
      { kind: 'moved-on', reason: 'The run has gone on meanwhile' },
    ],
    [
      'nothing',
      { [BULK]: () => broken },
      { kind: 'unknown', reason: 'PrefectApiError: The connection broke.' },
    ],
    [
      'nothing of the runs',
      { 'flow_runs/filter': () => broken },
      { kind: 'unknown', reason: 'PrefectApiError: The connection broke.' },
    ],
    [
      'that it knows no changes of several, and yes to one',
      { [BULK]: () => missing, set_state: () => ({ status: 'ACCEPT' }) },
      { kind: 'done' },
    ],
    [
      'that it knows no changes of several, and no to one',
      { [BULK]: () => missing, set_state: () => ({ status: 'WAIT' }) },
      { kind: 'moved-on', reason: 'The server answered WAIT: no reason given' },
    ],
  ])('%s', async (_, answers, expected) => {
    expect((await settle([settlement], claimed, answers)).results).toEqual([expected]);
  });

  test('about one run says nothing of another', async () => {
    const rows = [row3('a', claimedBy(claimant)), row3('b', claimedBy(claimant))];
    const { results } = await settle([settlement, { ...settlement, flowRunId: 'b' }], rows, {
      [BULK]: (_, attempt) =>
        attempt === 1 ? broken : { results: [{ flow_run_id: 'b', status: 'ACCEPT' }] },
    });
    expect(results.map(({ kind }) => kind)).toEqual(['unknown', 'done']);
  });

  test.each([BULK, 'flow_runs/filter'])('is no excuse for a mistake of the agent’s own: %s', async (name) => {
    const bug = settle([settlement], claimed, { [name]: () => new TypeError('bug') });
    await expect(bug).rejects.toThrow(TypeError);
  });
});

test('runs are read once, and five are changed at once', async () => {
  const ids = Array.from({ length: 12 }, (_, i) => String(i));
  let asked = 0;
  let most = 0;
  const { of } = await settle(
    ids.map((flowRunId) => ({ ...failed, flowRunId, held: 'claimed' })),
    ids.map((id) => row3(id, claimedBy(claimant))),
    {
      [BULK]: async () => {
        most = Math.max(most, ++asked);
        await setImmediate();
        asked -= 1;
        return { results: [] };
      },
    },
  );
  expect(of('flow_runs/filter')).toEqual([{ flow_runs: { id: { any_: ids } }, limit: 12 }]);
  expect(most).toBe(5);
});

test('what was read before the process was frozen changes nothing', async () => {
  const clock = new VirtualClock();
  const { client, of } = scriptedClient3({
    'flow_runs/filter': () => clock.sleep(60_000).then(() => [row3('a', claimedBy(claimant))]),
  });
  const options = { client, bulk: { isMissing: false }, clock, uuid: () => 'key' };
  const settlements: Settlement[] = [{ ...failed, held: 'claimed' }];
  const settling = settleFlowRuns(options, settlements, claimant, new AbortController().signal);
  expect(await clock.until(settling)).toEqual([{ kind: 'unknown', reason: STALE }]);
  expect(of(BULK)).toEqual([]);
});
