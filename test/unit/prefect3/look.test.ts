import { describe, expect, test } from 'vitest';
import { lookForFlowRuns } from '../../../src/prefect3/look.ts';
import { putBackState } from '../../../src/prefect3/states.ts';
import { RecordingLogger } from '../../support/recording-logger.ts';
import { row3, scriptedClient3, shownState } from '../../support/scripted-prefect3.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const NOON = Date.parse('2026-11-23T12:00:00Z');

const due = (id: string, change: object = {}) =>
  row3(id, null, { next_scheduled_start_time: '2026-11-23T12:00:00Z', ...change });

interface Pool {
  readonly listed?: readonly (readonly unknown[])[];
  readonly states?: readonly object[];
  readonly except?: readonly string[];
}

async function look({ listed = [], states = [], except = [] }: Pool) {
  const logger = new RecordingLogger();
  const { client, sent, of } = scriptedClient3({
    get_scheduled_flow_runs: (_, attempt) => (listed[attempt - 1] ?? []).map((run) => ({ flow_run: run })),
    'flow_runs/filter': () => states,
  });
  const options = { client, workPool: 'my pool', workQueues: ['q'], clock: new VirtualClock(NOON), logger };
  const query = { labels: [], beforeMs: NOON + 10_000, except: new Set(except) };
  const found = await lookForFlowRuns(options, query, new AbortController().signal);
  return { ...found, sent, of, said: logger.messages('debug') };
}

const ASKED = {
  work_queue_names: ['q'],
  scheduled_before: '2026-11-23T12:00:10.000Z',
  limit: 200,
};

test('the pool is asked for what is due, and what is known already is left out', async () => {
  const { runs, unreadable, sent, said } = await look({
    listed: [[due('b'), due('a'), due('known')]],
    except: ['known'],
  });
  expect(runs).toMatchObject([
    { id: 'b', startTimeMs: NOON, flow: { name: 'etl' } },
    { id: 'a', startTimeMs: NOON },
  ]);
  expect(unreadable).toEqual([]);
  expect(sent.map(({ name }) => name)).toEqual(['get_scheduled_flow_runs', 'flows/filter']);
  expect(sent[0]).toEqual({
    name: 'get_scheduled_flow_runs',
    method: 'POST',
    path: '/work_pools/my%20pool/get_scheduled_flow_runs',
    body: ASKED,
  });
  expect(said).toEqual(['Found 2 ready flow run(s), and 1 known already']);
});

test('runs that nobody can read are told of once, and what is no run is not', async () => {
  const { runs, unreadable } = await look({
    listed: [[due('a'), due('b', { flow_id: 7 }), due('c', { flow_id: 7 }), null, {}]],
    except: ['c'],
  });
  expect(runs.map(({ id }) => id)).toEqual(['a']);
  expect(unreadable).toEqual([{ id: 'b', reason: 'flow_id: expected a string' }]);
});

test('of runs that wait for a retry the state is read: only that says whether an agent has put them back', async () => {
  const { runs, of } = await look({
    listed: [
      [
        due('put back', { state_name: 'AwaitingRetry' }),
        due('retried', { state_name: 'AwaitingRetry' }),
        due('gone', { state_name: 'AwaitingRetry' }),
        due('plain', { state_name: 'Scheduled' }),
      ],
    ],
    states: [
      row3('put back', shownState('SCHEDULED', putBackState('No room.', 'key', NOON, 5000))),
      row3('retried', shownState('SCHEDULED')),
      row3('gone'),
    ],
  });
  expect(runs.map(({ id, isPutBack, dueSinceMs }) => [id, isPutBack, dueSinceMs])).toEqual([
    ['put back', true, 5000],
    ['retried', false, undefined],
    ['gone', false, undefined],
    ['plain', false, undefined],
  ]);
  expect(of('flow_runs/filter')).toEqual([
    { flow_runs: { id: { any_: ['put back', 'retried', 'gone'] } }, limit: 3 },
  ]);
});

describe('a full page of runs that are known already', () => {
  const time = (i: number) => ({
    next_scheduled_start_time: new Date(NOON - 1000 * ((i * 7) % 200)).toISOString(),
  });
  const known = Array.from({ length: 200 }, (_, i) => due(String(i), time(i)));
  const ids = known.map(({ id }) => id);

  test('does not hide those that are due later', async () => {
    const { runs, of } = await look({
      listed: [[...known.slice(1), due('0', { next_scheduled_start_time: null })], [due('new')]],
      except: ids,
    });
    expect(runs.map(({ id }) => id)).toEqual(['new']);
    expect(of('get_scheduled_flow_runs')).toEqual([
      ASKED,
      { ...ASKED, scheduled_after: '2026-11-23T11:59:59.000Z' },
    ]);
  });

  test.each([
    ['it is not full', known.slice(1), ids],
    ['one of it is not known', known, ids.slice(1)],
  ])('is not looked behind where %s', async (_, page, except) => {
    const { of } = await look({ listed: [page, [due('new')]], except });
    expect(of('get_scheduled_flow_runs')).toHaveLength(1);
  });
});
