import { expect, test } from 'vitest';
import { readHeldRuns, sweepFlowRuns } from '../../../src/prefect1/held-runs.ts';
import { ANY_PUT_BACK, claimOfAgent, claimState } from '../../../src/prefect1/states.ts';
import { scriptedClient } from '../../support/scripted-prefect1.ts';

const { signal } = new AbortController();
const NOON = Date.parse('2026-11-23T12:00:00Z');
const clock = { now: () => NOON };
const claimant = { agent: 'agent', invocation: '1' };

const claimOf = (agent: string) => claimState({ ...claimant, agent }, '3', { type: 'Scheduled' }, '');

const rowOf = (id: string, state: string | null, change: object = {}) => ({
  id,
  name: id,
  version: 7,
  state,
  state_timestamp: '2026-11-23T11:00:00',
  serialized_state: { type: state ?? 'Scheduled' },
  run_config: null,
  flow: { id: 'flow', name: 'etl', version: 1, storage: null, core_version: null },
  task_runs: [],
  ...change,
});

const claimed = (id: string, agent = 'agent') => rowOf(id, 'Submitted', { serialized_state: claimOf(agent) });
const resuming = (id: string, agent = 'agent') =>
  rowOf(id, 'Running', { task_runs: [{ id: 't', version: 1, serialized_state: claimOf(agent) }] });

test('a sweep asks for all kinds of runs at once, and gives them as they are', async () => {
  const { client, sent } = scriptedClient({
    'flow_run (sweep)': () => ({
      claimed: [claimed('a')],
      resuming: [resuming('b')],
      cancelled: [rowOf('c', 'Cancelled'), rowOf('d', 'Cancelling')],
    }),
  });
  const query = {
    tenantId: 'tenant',
    agent: 'agent',
    claimedBeforeMs: NOON,
    cancelledAfterMs: NOON - 2000,
    cancelledBeforeMs: NOON - 1000,
  };
  const held = await sweepFlowRuns({ client, clock }, query, signal);
  const claim = { claimKey: '3', claimant, isRepeated: false };
  const since = { version: '7', sinceMs: NOON - 3_600_000 };
  expect(held).toMatchObject([
    { ...since, run: { id: 'a' }, stage: 'claimed', claim },
    { ...since, run: { id: 'b' }, stage: 'resuming', claim },
    { ...since, run: { id: 'c' }, stage: 'cancelled' },
    { ...since, run: { id: 'd' }, stage: 'cancelling' },
  ]);
  expect(sent.map(({ variables }) => variables)).toEqual([
    {
      tenantId: 'tenant',
      agent: 'agent',
      claim: claimOfAgent('agent'),
      claimedBefore: '2026-11-23T12:00:00.000000+00:00',
      cancelledAfter: '2026-11-23T11:59:58.000000+00:00',
      cancelledBefore: '2026-11-23T11:59:59.000000+00:00',
    },
  ]);
});

test.each<[string, object, string | undefined]>([
  ['claimed by the agent', claimed('a'), 'claimed'],
  ['claimed by another', claimed('a', 'other'), undefined],
  ['Submitted by who knows whom', rowOf('a', 'Submitted'), undefined],
  ['claimed for its retries', resuming('a'), 'resuming'],
  ['claimed for its retries by another', resuming('a', 'other'), undefined],
  ['Running', rowOf('a', 'Running'), 'running'],
  ['Running, and waits for no retry', rowOf('a', 'Running', { put_back: [] }), 'running'],
  ['Running, and back in the queue for its retries', rowOf('a', 'Running', { put_back: [{}] }), undefined],
  ['Cancelled', rowOf('a', 'Cancelled'), 'cancelled'],
  ['Cancelling', rowOf('a', 'Cancelling'), 'cancelling'],
  ['over', rowOf('a', 'Success'), undefined],
  ['in the queue', rowOf('a', 'Scheduled'), undefined],
  ['in no state', rowOf('a', null), undefined],
  ['without a flow', rowOf('a', 'Running', { flow: null }), undefined],
  ['without a time', rowOf('a', 'Running', { state_timestamp: null }), undefined],
  ['not told whole', rowOf('a', 'Running', { put_back: 'odd' }), undefined],
  ['without an id', { ...rowOf('a', 'Running'), id: undefined }, undefined],
])('a run that is %s', async (_, row, stage) => {
  const { client, sent } = scriptedClient({ 'flow_run (held)': () => ({ flow_run: [row] }) });
  const held = await readHeldRuns({ client, clock }, { flowRunIds: ['a'], agent: 'agent' }, signal);
  expect(held.map((one) => one.stage)).toEqual(stage === undefined ? [] : [stage]);
  const variables = { ids: ['a'], claim: claimOfAgent('agent'), putBack: ANY_PUT_BACK };
  expect(sent[0]?.variables).toEqual(variables);
});
