import { describe, expect, test } from 'vitest';
import { lookForFlowRuns } from '../../../src/prefect1/look.ts';
import { RecordingLogger } from '../../support/recording-logger.ts';
import { scriptedClient } from '../../support/scripted-prefect1.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const NOON = Date.parse('2026-11-23T12:00:00Z');

const rowOf = (id: string, startTime: string | null = null, change: object = {}) => ({
  id,
  name: id,
  version: 1,
  serialized_state: { type: 'Scheduled', start_time: startTime },
  run_config: null,
  flow: { id: 'flow', name: 'etl', version: 1, storage: null, core_version: null },
  task_runs: [],
  ...change,
});

interface Queue {
  readonly queued?: readonly string[] | null;
  readonly rows?: readonly unknown[];
  readonly beyond?: readonly { readonly id: string; readonly labels: unknown }[];
  readonly labels?: readonly string[];
  readonly except?: readonly string[];
}

async function look({ queued = [], rows = [], beyond = [], labels = [], except = [] }: Queue) {
  const { client, sent, names } = scriptedClient({
    get_runs_in_queue: () => ({ get_runs_in_queue: queued === null ? null : { flow_run_ids: queued } }),
    'flow_run (beyond the queue)': () => ({ flow_run: beyond }),
    flow_run: () => ({ flow_run: rows }),
  });
  const logger = new RecordingLogger();
  const found = await lookForFlowRuns(
    { client, clock: new VirtualClock(NOON), logger },
    { tenantId: 'tenant', labels, beforeMs: NOON + 10_000, except: new Set(except) },
    new AbortController().signal,
  );
  return { ...found, sent, names: names(), said: logger.messages('debug') };
}

const BEFORE = '2026-11-23T12:00:10.000000+00:00';

test('the queue is asked for what is due, and then for these runs', async () => {
  const { runs, unreadable, sent, said } = await look({
    queued: ['a', 'known', 'b', 'too'],
    rows: [rowOf('a', '2026-11-23T11:00:00Z'), rowOf('b', '2026-11-23T12:30:00+02:00')],
    labels: ['prod'],
    except: ['known', 'too'],
  });
  expect(runs.map(({ id }) => id)).toEqual(['b', 'a']);
  expect(unreadable).toEqual([]);
  expect(sent.map(({ name, variables }) => [name, variables])).toEqual([
    ['get_runs_in_queue', { input: { before: BEFORE, labels: ['prod'], tenant_id: 'tenant' } }],
    ['flow_run', { ids: ['a', 'b'], taskRunsBefore: '2026-11-23T11:59:57.000000+00:00' }],
  ]);
  expect(said).toEqual([
    'Querying for ready flow runs...',
    'Found 2 ready flow run(s): [a, b] (2 already being submitted: [known, too])',
    'Retrieving metadata for 2 flow run(s)...',
  ]);
});

test.each([[[]], [null]])('a queue that answers %j is one request', async (queued) => {
  const { runs, unreadable, names, said } = await look({ queued });
  expect([runs, unreadable, names]).toEqual([[], [], ['get_runs_in_queue']]);
  expect(said).toEqual(['Querying for ready flow runs...', 'No ready flow runs found.']);
});

test('runs that nobody can read are told of, and those that are gone are not', async () => {
  const { runs, unreadable } = await look({
    queued: ['a', 'b', 'c', 'd'],
    rows: [rowOf('a'), rowOf('b', null, { flow: null }), { name: 'without an id' }, null],
  });
  expect(runs.map(({ id }) => id)).toEqual(['a']);
  expect(unreadable).toEqual([{ id: 'b', reason: 'flow: expected a flow' }]);
});

test('no more runs are read than a page of the queue has', async () => {
  const queued = Array.from({ length: 30 }, (_, i) => String(i));
  const { sent } = await look({ queued });
  expect(sent[1]?.variables['ids']).toEqual(queued.slice(0, 25));
});

describe('a full page of runs that are known already', () => {
  const known = Array.from({ length: 25 }, (_, i) => String(i));
  const beyond = [
    { id: 'labelled', labels: ['prod'] },
    { id: 'plain', labels: [] },
    { id: 'odd', labels: null },
  ];

  test.each([
    [['prod'], ['labelled']],
    [[], ['plain', 'odd']],
  ])('does not hide those behind them from an agent with the labels %j', async (labels, ids) => {
    const { sent } = await look({ queued: known, except: known, beyond, labels });
    expect(sent.map(({ name, variables }) => [name, variables]).slice(1)).toEqual([
      ['flow_run (beyond the queue)', { tenantId: 'tenant', before: BEFORE, except: known, labels }],
      ['flow_run', expect.objectContaining({ ids })],
    ]);
  });

  test('is not looked behind where it is not full, or has a run that is not known', async () => {
    const less = known.slice(1);
    expect((await look({ queued: less, except: less, beyond })).names).toEqual(['get_runs_in_queue']);
    const { names } = await look({ queued: [...known, 'new'], except: known, beyond });
    expect(names).toEqual(['get_runs_in_queue', 'flow_run']);
  });
});
