import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { AwsError, PrefectApiError } from '../../../src/errors.ts';
import { claimFlowRuns } from '../../../src/prefect3/claim.ts';
import type { Prefect3FlowRun } from '../../../src/prefect3/flow-run.ts';
import { claimState } from '../../../src/prefect3/states.ts';
import { row3, run3, scriptedClient3, shownState } from '../../support/scripted-prefect3.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const claimant = { agent: 'agent', invocation: '1' };

const BULK = 'bulk_set_state';

const status = (code: number, effect: 'none' | 'unknown' = 'none') =>
  new PrefectApiError(`HTTP ${code}.`, { status: code, effect, transient: false });

const missing = () => status(404);

type Verdict = Readonly<Record<string, unknown>>;

const accepted = (...ids: string[]): { readonly results: readonly Verdict[] } => ({
  results: ids.map((id) => ({ flow_run_id: id, status: 'ACCEPT' })),
});

/** Accepts all that is asked for. */
const all = (body: Readonly<Record<string, unknown>>) => {
  const { flow_runs: filter } = body as { flow_runs: { id: { any_: string[] } } };
  return accepted(...filter.id.any_);
};

const limited = (id: string, deploymentId: string): Prefect3FlowRun =>
  run3(id, {
    deployment: { id: deploymentId, name: 'd', updated: undefined, jobVariables: {}, isLimited: true },
  });

async function claim(
  runs: readonly Prefect3FlowRun[],
  answers: Parameters<typeof scriptedClient3>[0] = {},
  bulk = { isMissing: false },
) {
  const clock = new VirtualClock(1000);
  const scripted = scriptedClient3({ [BULK]: all, ...answers });
  let made = 0;
  const uuid = () => `key-${++made}`;
  const options = { client: scripted.client, bulk, clock, uuid };
  const claims = await claimFlowRuns(options, runs, claimant, new AbortController().signal);
  return { ...scripted, claims, bulk };
}

test('runs are claimed by one request that takes only what is in the queue, or in the same state already', async () => {
  const { claims, sent } = await claim([run3('a'), run3('b')]);
  expect(claims).toEqual([
    { kind: 'claimed', run: { ...run3('a'), claimKey: 'key-1' } },
    { kind: 'claimed', run: { ...run3('b'), claimKey: 'key-1' } },
  ]);
  expect(sent).toEqual([
    {
      name: BULK,
      method: 'POST',
      path: '/flow_runs/bulk_set_state',
      body: {
        flow_runs: { id: { any_: ['a', 'b'] }, state: { type: { any_: ['SCHEDULED', 'PENDING'] } } },
        state: claimState(claimant, 'key-1', false),
        force: false,
        limit: 2,
      },
    },
  ]);
});

test('runs that were put back are claimed as such', async () => {
  const { of } = await claim([run3('a', { isPutBack: true }), run3('b')]);
  expect(of(BULK).map(({ state }) => state)).toEqual([
    claimState(claimant, 'key-1', false),
    claimState(claimant, 'key-2', true),
  ]);
});

test('nothing is asked for where there is nothing to claim', async () => {
  const { claims, sent } = await claim([]);
  expect([claims, sent]).toEqual([[], []]);
});

test('each run has its own verdict, and is lost without one', async () => {
  const reason = 'The server answered REJECT: Too late. It is RUNNING.';
  const { claims } = await claim([run3('a'), run3('b'), run3('c')], {
    [BULK]: () => ({
      results: [
        { flow_run_id: 'c', status: 'ACCEPT' },
        {
          flow_run_id: 'a',
          status: 'REJECT',
          details: { reason: 'Too late.' },
          state: shownState('RUNNING'),
        },
      ],
    }),
  });
  expect(claims).toMatchObject([
    { kind: 'lost', run: { id: 'a' }, reason },
    { kind: 'lost', run: { id: 'b' }, reason: 'It is no longer in the queue' },
    { kind: 'claimed', run: { id: 'c' } },
  ]);
  expect(Object.keys(claims[0] ?? {}).toSorted()).toEqual(['kind', 'reason', 'run']);
});

describe('the slots of a deployment', () => {
  const full = (id: string) => ({
    results: [{ flow_run_id: id, status: 'REJECT', state: shownState('SCHEDULED') }],
  });

  test('are asked for until one is refused, and those of another all the same', async () => {
    const { claims, of } = await claim(
      ['a', 'b', 'c'].map((id) => limited(id, 'x')).concat(limited('d', 'y')),
      {
        [BULK]: (body) => {
          const [id = ''] = (body as { flow_runs: { id: { any_: string[] } } }).flow_runs.id.any_;
          return id === 'b' ? full(id) : accepted(id);
        },
      },
    );
    expect(claims).toMatchObject([
      { kind: 'claimed' },
      { kind: 'lost' },
      { kind: 'lost', reason: 'Its deployment has no free slot.' },
      { kind: 'claimed' },
    ]);
    expect(of(BULK)).toHaveLength(3);
  });

  test.each([
    ['a run that goes on elsewhere', { status: 'REJECT', state: shownState('RUNNING') }],
    ['a run that nobody says anything of', { status: 'ABORT' }],
  ])('are asked for after %s', async (_, verdict) => {
    const { of } = await claim(
      ['a', 'b'].map((id) => limited(id, 'x')),
      { [BULK]: () => ({ results: ['a', 'b'].map((id) => ({ flow_run_id: id, ...verdict })) }) },
    );
    expect(of(BULK)).toHaveLength(2);
  });
});

describe('a server that sets no states at once', () => {
  const queued = () => [
    row3('a', shownState('SCHEDULED')),
    row3('b', shownState('RUNNING')),
    row3('c'),
    row3('d', shownState('SCHEDULED')),
  ];
  const runs = ['a', 'b', 'c', 'd', 'e'].map((id) => run3(id));

  test.each([404, 405])(
    'answers HTTP %i, and is asked for one state after the other, of those in the queue',
    async (code) => {
      const { claims, bulk, of, sent } = await claim(runs, {
        [BULK]: () => status(code),
        'flow_runs/filter': queued,
        set_state: () => ({ status: 'ACCEPT' }),
      });
      const gone = { kind: 'lost', reason: 'It is no longer in the queue' };
      expect(claims).toMatchObject([
        { kind: 'claimed', run: { claimKey: 'key-2' } },
        gone,
        gone,
        { kind: 'claimed', run: { claimKey: 'key-3' } },
        gone,
      ]);
      expect(bulk).toEqual({ isMissing: true });
      expect(of('flow_runs/filter')).toEqual([
        { flow_runs: { id: { any_: ['a', 'b', 'c', 'd', 'e'] } }, limit: 5 },
      ]);
      expect(sent.filter(({ name }) => name === 'set_state')).toEqual([
        {
          name: 'set_state',
          method: 'POST',
          path: '/flow_runs/a/set_state',
          body: { state: claimState(claimant, 'key-2', false), force: false },
        },
        {
          name: 'set_state',
          method: 'POST',
          path: '/flow_runs/d/set_state',
          body: { state: claimState(claimant, 'key-3', false), force: false },
        },
      ]);
    },
  );

  test('is not asked for them again', async () => {
    const { of } = await claim(
      [run3('a')],
      { 'flow_runs/filter': queued, set_state: () => ({ status: 'ACCEPT' }) },
      { isMissing: true },
    );
    expect([of(BULK).length, of('set_state').length]).toEqual([0, 1]);
  });

  test.each([
    ['is gone', missing(), { kind: 'lost', reason: 'HTTP 404.' }],
    ['may not be claimed', status(403), { kind: 'refused', reason: 'HTTP 403.' }],
    ['may be claimed', status(503, 'unknown'), { kind: 'unknown', reason: 'HTTP 503.' }],
  ])('says of a run that it %s', async (_, error, expected) => {
    const { claims } = await claim([run3('a'), run3('d')], {
      [BULK]: missing,
      'flow_runs/filter': queued,
      set_state: (_body, attempt) => (attempt === 1 ? error : { status: 'ACCEPT' }),
    });
    expect(claims).toMatchObject([expected, { kind: 'claimed' }]);
  });

  test('has five claims under way at once', async () => {
    const many = Array.from({ length: 12 }, (_, i) => String(i));
    let asked = 0;
    let most = 0;
    await claim(
      many.map((id) => run3(id)),
      {
        [BULK]: missing,
        'flow_runs/filter': () => many.map((id) => row3(id, shownState('SCHEDULED'))),
        set_state: async () => {
          most = Math.max(most, ++asked);
          await setImmediate();
          asked -= 1;
          return { status: 'ACCEPT' };
        },
      },
    );
    expect(most).toBe(5);
  });
});

test('five requests are under way at once, after the first', async () => {
  let asked = 0;
  const under: number[] = [];
  await claim(
    Array.from({ length: 12 }, (_, i) => limited(String(i), `deployment-${i}`)),
    {
      [BULK]: async (body) => {
        under.push(++asked);
        await setImmediate();
        asked -= 1;
        return all(body);
      },
    },
  );
  expect(under.slice(0, 2)).toEqual([1, 1]);
  expect(Math.max(...under)).toBe(5);
});

test.each<[string, Error, string]>([
  ['an API that forbids it', status(403), 'refused'],
  ['an answer that is lost', status(503, 'unknown'), 'unknown'],
  ['a key that can’t be had', new AwsError('Expected the API key.'), 'refused'],
])('after %s no run is called lost', async (_, error, kind) => {
  const { claims } = await claim([run3('a'), run3('b')], { [BULK]: () => error });
  expect(claims).toMatchObject([
    { kind, run: { id: 'a' }, reason: error.message },
    { kind, run: { id: 'b' }, reason: error.message },
  ]);
});

test('a mistake of the agent’s own is not taken for the API’s', async () => {
  await expect(claim([run3('a')], { [BULK]: () => new TypeError('bug') })).rejects.toThrow(TypeError);
});
