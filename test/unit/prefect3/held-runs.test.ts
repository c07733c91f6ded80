import { describe, expect, test } from 'vitest';
import { readHeldRuns, sweepFlowRuns } from '../../../src/prefect3/held-runs.ts';
import { claimState } from '../../../src/prefect3/states.ts';
import { row3, scriptedClient3, shownState } from '../../support/scripted-prefect3.ts';

const { signal } = new AbortController();
const NOON = Date.parse('2026-11-23T12:00:00Z');
const clock = { now: () => NOON };

const at = (ms: number) => ({ timestamp: new Date(ms).toISOString() });

const claimOf = (agent: string, change: object = {}) =>
  shownState('PENDING', { ...claimState({ agent, invocation: '1' }, 'key', false), ...change });

const query = {
  agent: 'agent',
  claimedBeforeMs: NOON - 1000,
  cancelledAfterMs: NOON - 5000,
  cancelledBeforeMs: NOON - 2000,
};

async function sweep(pages: readonly (readonly object[])[]) {
  const { client, of } = scriptedClient3({ 'flow_runs/filter': (_, attempt) => pages[attempt - 1] ?? [] });
  const held = await sweepFlowRuns({ client, workPool: 'pool', clock }, query, signal);
  return { held, asked: of('flow_runs/filter'), of };
}

describe('a sweep', () => {
  test('asks the pool for what is claimed or to be cancelled, and gives what is old enough', async () => {
    const { held, asked, of } = await sweep([
      [
        row3('old', claimOf('agent', at(NOON - 1000))),
        row3('young', claimOf('agent', at(NOON - 999))),
        row3('other', claimOf('other', at(NOON - 9000))),
        row3('first', shownState('CANCELLING', at(NOON - 5000))),
        row3('last', shownState('CANCELLING', at(NOON - 2000))),
        row3('long ago', shownState('CANCELLING', at(NOON - 5001))),
        row3('just now', shownState('CANCELLING', at(NOON - 1999))),
        row3('none'),
        { id: 'odd' },
      ],
    ]);
    expect(held).toMatchObject([
      {
        run: { id: 'old', flow: { name: 'etl' } },
        version: 'state',
        sinceMs: NOON - 1000,
        stage: 'claimed',
        claim: { claimKey: 'key', claimant: { agent: 'agent', invocation: '1' }, isRepeated: false },
      },
      { run: { id: 'first' }, sinceMs: NOON - 5000, stage: 'cancelling' },
      { run: { id: 'last' }, sinceMs: NOON - 2000, stage: 'cancelling' },
    ]);
    expect(asked).toEqual([
      {
        work_pools: { name: { any_: ['pool'] } },
        flow_runs: { state: { type: { any_: ['PENDING', 'CANCELLING'] } } },
        sort: 'EXPECTED_START_TIME_ASC',
        limit: 200,
        offset: 0,
      },
    ]);
    expect(of('flows/filter')).toEqual([{ flows: { id: { any_: ['flow'] } }, limit: 1 }]);
  });

  const full = Array.from({ length: 200 }, (_, i) => row3(String(i), claimOf('agent', at(NOON - 9000))));

  test('goes on while pages are full, five of them at most', async () => {
    const { held, asked } = await sweep([full, full, full, full, full, full]);
    expect(asked.map(({ offset }) => offset)).toEqual([0, 200, 400, 600, 800]);
    expect(held).toHaveLength(1000);
  });

  test('ends with a page that is not full', async () => {
    const { held, asked } = await sweep([full, full.slice(1)]);
    expect([asked.length, held.length]).toEqual([2, 399]);
  });
});

test('a claimed run has the start time that its claim keeps', async () => {
  const details = { transition_id: 'key', scheduled_time: '2026-11-23T10:00:00Z' };
  const { held } = await sweep([[row3('a', claimOf('agent', { state_details: details }))]]);
  expect(held).toMatchObject([{ run: { startTimeMs: NOON - 2 * 3_600_000 } }]);
});

test.each<[string, object | null, object, object | undefined]>([
  ['claimed by the agent', claimOf('agent'), {}, { stage: 'claimed' }],
  ['claimed by another', claimOf('other'), {}, undefined],
  ['Pending for who knows whom', shownState('PENDING'), {}, undefined],
  ['running', shownState('RUNNING'), {}, { stage: 'running' }],
  ['cancelled', shownState('CANCELLED'), {}, { stage: 'cancelled' }],
  ['to be cancelled', shownState('CANCELLING'), {}, { stage: 'cancelling', isLaunched: false }],
  [
    'to be cancelled, and launched',
    shownState('CANCELLING'),
    { infrastructure_pid: 'pid' },
    { stage: 'cancelling', isLaunched: true },
  ],
  [
    'to be cancelled, and has begun',
    shownState('CANCELLING'),
    { start_time: '2026-11-23T11:00:00Z' },
    undefined,
  ],
  ['over', shownState('COMPLETED'), {}, undefined],
  ['in no state', null, {}, undefined],
])('a run that is %s', async (_, state, change, expected) => {
  const { client, of } = scriptedClient3({ 'flow_runs/filter': () => [row3('a', state, change)] });
  const options = { client, workPool: 'pool', clock };
  const held = await readHeldRuns(options, { flowRunIds: ['a'], agent: 'agent' }, signal);
  expect(held).toMatchObject(expected === undefined ? [] : [expected]);
  expect(held).toHaveLength(expected === undefined ? 0 : 1);
  expect(of('flow_runs/filter')).toEqual([{ flow_runs: { id: { any_: ['a'] } }, limit: 1 }]);
  expect(of('flows/filter')).toHaveLength(expected === undefined ? 0 : 1);
});
