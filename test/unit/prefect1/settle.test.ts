import { describe, expect, test } from 'vitest';
import type { Settlement } from '../../../src/agent/prefect-backend.ts';
import { PrefectApiError } from '../../../src/errors.ts';
import { STALE } from '../../../src/fresh.ts';
import { settleFlowRuns } from '../../../src/prefect1/settle.ts';
import {
  cancelledState,
  claimOfAgent,
  claimState,
  failedState,
  putBackState,
  releasedState,
} from '../../../src/prefect1/states.ts';
import { ACCEPTED, refusedAs, scriptedClient } from '../../support/scripted-prefect1.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const claimant = { agent: 'agent', invocation: '1' };
const dead = { agent: 'agent', invocation: '0' };

const claimOf = (by: typeof claimant) => claimState(by, '1', { type: 'Scheduled' }, '');

const MOVED_ON = { kind: 'moved-on', reason: 'The run is no longer what it was' };

const rowOf = (id: string, change: object = {}) => ({
  id,
  version: 2,
  state: 'Submitted',
  serialized_state: claimOf(claimant),
  task_runs: [],
  ...change,
});

const taskRunOf = (id: string, by = claimant) => ({ id, version: 5, serialized_state: claimOf(by) });

async function settle(
  settlements: readonly Settlement[],
  rows: readonly object[],
  answers: Parameters<typeof scriptedClient>[0] = {},
) {
  const clock = new VirtualClock();
  const { client, sent } = scriptedClient({ 'flow_run (state)': () => ({ flow_run: rows }), ...answers });
  const results = await clock.until(
    settleFlowRuns({ client, clock }, settlements, claimant, new AbortController().signal),
  );
  const changes = sent.slice(1).map(({ name, variables }) => ({
    name,
    changes: Object.values(variables).map((input) => (input as { states: [object] }).states[0]),
  }));
  return { results, read: sent[0], changes };
}

const about = { flowRunId: 'a', reason: 'Because.' };
const failed = { ...about, kind: 'failed' } as const;
const cancelled = { ...about, kind: 'cancelled' } as const;
const putBack = { ...about, kind: 'put-back', startTimeMs: 5000 } as const;

test('runs are read once, and those that are what was expected are changed by one request', async () => {
  const { results, read, changes } = await settle(
    [
      { ...failed, held: 'claimed' },
      { ...putBack, held: 'claimed', flowRunId: 'b', dueSinceMs: 3000 },
      { ...failed, held: 'claimed', flowRunId: 'gone' },
    ],
    [rowOf('b'), rowOf('a')],
  );
  expect(results).toEqual([{ kind: 'done' }, { kind: 'done' }, MOVED_ON]);
  expect(read?.variables).toEqual({ ids: ['a', 'b', 'gone'], claim: claimOfAgent('agent') });
  expect(changes).toEqual([
    {
      name: 'set_flow_run_states',
      changes: [
        { flow_run_id: 'a', version: 2, state: failedState('Because.') },
        { flow_run_id: 'b', version: 2, state: putBackState('Because.', 5000, 3000) },
      ],
    },
  ]);
});

test.each<[string, Settlement, object, boolean]>([
  ['in the queue', { ...failed, held: 'queued' }, { state: 'Scheduled' }, true],
  ['held back in the queue', { ...failed, held: 'queued' }, { state: 'Queued' }, true],
  ['not in the queue', { ...failed, held: 'queued' }, { state: 'Submitted' }, false],
  ['in no state', { ...failed, held: 'queued' }, { state: null }, false],
  ['due for retries', { ...failed, held: 'queued', isRunning: true }, { state: 'Running' }, true],
  [
    'claimed for its retries',
    { ...failed, held: 'queued', isRunning: true },
    { state: 'Running', task_runs: [taskRunOf('t')] },
    false,
  ],
  ['in the queue again', { ...failed, held: 'queued', isRunning: true }, { state: 'Scheduled' }, false],
  ['to be cancelled', { ...cancelled, held: 'cancelling' }, { state: 'Cancelling' }, true],
  ['cancelled already', { ...cancelled, held: 'cancelling' }, { state: 'Cancelled' }, false],
  ['Running as it was', { ...failed, held: 'running', version: '2' }, { state: 'Running' }, true],
  ['Running anew', { ...failed, held: 'running', version: '1' }, { state: 'Running' }, false],
  ['not Running', { ...failed, held: 'running', version: '2' }, { state: 'Success' }, false],
  ['claimed by who asks', { ...failed, held: 'claimed' }, {}, true],
  ['claimed by another', { ...failed, held: 'claimed' }, { serialized_state: claimOf(dead) }, false],
  [
    'claimed by whom it is about',
    { ...failed, held: 'claimed', by: dead },
    { serialized_state: claimOf(dead) },
    true,
  ],
  ['claimed by who asks, and it is about another', { ...failed, held: 'claimed', by: dead }, {}, false],
])('a run that is %s is changed: %s', async (_, settlement, row, isChanged) => {
  const { results, changes } = await settle([settlement], [rowOf('a', row)]);
  expect(results).toEqual([isChanged ? { kind: 'done' } : MOVED_ON]);
  const state = settlement.kind === 'cancelled' ? cancelledState('Because.') : failedState('Because.');
  expect(changes.flatMap((request) => request.changes)).toEqual(
    isChanged ? [{ flow_run_id: 'a', version: 2, state }] : [],
  );
});

describe('a Running run whose task runs are claimed', () => {
  const row = (state: string) =>
    rowOf('a', {
      state,
      serialized_state: { type: state },
      task_runs: [taskRunOf('t1'), taskRunOf('t2', dead), taskRunOf('t3')],
    });

  test('has those put back as they were', async () => {
    const { results, changes } = await settle([{ ...putBack, held: 'claimed' }], [row('Running')]);
    expect(results).toEqual([{ kind: 'done' }]);
    const state = releasedState(claimOf(claimant), 'Because.', 5000);
    expect(changes).toEqual([
      {
        name: 'set_task_run_states',
        changes: [
          { task_run_id: 't1', version: 5, state },
          { task_run_id: 't3', version: 5, state },
        ],
      },
    ]);
  });

  test('is failed as a whole', async () => {
    const { changes } = await settle([{ ...failed, held: 'claimed' }], [row('Running')]);
    expect(changes).toEqual([
      {
        name: 'set_flow_run_states',
        changes: [{ flow_run_id: 'a', version: 2, state: failedState('Because.') }],
      },
    ]);
  });

  test('is left alone once it runs no more, or where another has them', async () => {
    expect((await settle([{ ...putBack, held: 'claimed' }], [row('Success')])).results).toEqual([MOVED_ON]);
    const by = { agent: 'other', invocation: '1' };
    const other = await settle([{ ...putBack, held: 'claimed', by }], [row('Running')]);
    expect(other.results).toEqual([MOVED_ON]);
    const failing = await settle([{ ...failed, held: 'claimed', by }], [row('Running')]);
    expect(failing.results).toEqual([MOVED_ON]);
  });

  test('is told of as the first of them that was not changed', async () => {
    const { results } = await settle([{ ...putBack, held: 'claimed' }], [row('Running')], {
      set_task_run_states: () => ({
        data: { s0: ACCEPTED },
        errors: [{ alias: 's1', message: 'db down', code: undefined }],
      }),
    });
    expect(results).toEqual([{ kind: 'unknown', reason: 'db down' }]);
  });
});

test('a hundred and one changes go in three requests', async () => {
  const ids = Array.from({ length: 101 }, (_, i) => String(i));
  const { results, changes } = await settle(
    ids.map((flowRunId) => ({ ...failed, flowRunId, held: 'claimed' })),
    ids.map((id) => rowOf(id)),
  );
  expect(new Set(results.map(({ kind }) => kind))).toEqual(new Set(['done']));
  expect(changes.map((request) => request.changes.length)).toEqual([50, 50, 1]);
});

describe('what the API says', () => {
  const error = new PrefectApiError('The connection broke.', { effect: 'unknown', transient: true });

  test.each<[string, Parameters<typeof scriptedClient>[0], string]>([
    ['no to a change', { set_flow_run_states: () => refusedAs('s0', 'no such run') }, 'no such run'],
    ['nothing of a change', { set_flow_run_states: () => error }, 'PrefectApiError: The connection broke.'],
    ['nothing of the runs', { 'flow_run (state)': () => error }, 'PrefectApiError: The connection broke.'],
  ])('%s', async (_, answers, reason) => {
    const { results } = await settle([{ ...failed, held: 'claimed' }], [rowOf('a')], answers);
    expect(results).toEqual([{ kind: 'unknown', reason }]);
  });

  test('is no excuse for a mistake of the agent’s own', async () => {
    const bug = settle([{ ...failed, held: 'claimed' }], [], {
      'flow_run (state)': () => new TypeError('bug'),
    });
    await expect(bug).rejects.toThrow(TypeError);
  });
});

test('what was read before the process was frozen changes nothing', async () => {
  const clock = new VirtualClock();
  const { client, names } = scriptedClient({
    'flow_run (state)': () => clock.sleep(60_000).then(() => ({ flow_run: [rowOf('a')] })),
  });
  const settling = settleFlowRuns(
    { client, clock },
    [{ ...failed, held: 'claimed' }],
    claimant,
    new AbortController().signal,
  );
  expect(await clock.until(settling)).toEqual([{ kind: 'unknown', reason: STALE }]);
  expect(names()).toEqual(['flow_run (state)']);
});
