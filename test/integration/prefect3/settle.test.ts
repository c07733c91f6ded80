import { describe, expect, test } from 'vitest';
import type { Settlement } from '../../../src/agent/prefect-backend.ts';
import { STALE } from '../../../src/fresh.ts';
import type { Clock } from '../../../src/clock.ts';
import type { FaultPlan } from '../../../src/sandbox/faults.ts';
import { JumpingClock } from '../../support/jumping-clock.ts';
import { CLAIMANT, never } from '../../support/prefect1.ts';
import { prefect3 } from '../../support/prefect3.ts';

/** An API with claimed runs. */
async function claimed(count: number, faults?: FaultPlan, version = '3.8.8') {
  const world = await prefect3({ version, ...(faults && { faults }) });
  const ids = world.createRuns(count);
  await world.backend.claim((await world.look()).runs, CLAIMANT, never);
  const settle = (...settlements: Settlement[]) => world.backend.settle(settlements, CLAIMANT, never);
  return { ...world, ids, settle };
}

const failing = (flowRunId = '', held: 'claimed' | 'queued' = 'claimed'): Settlement => ({
  kind: 'failed',
  held,
  flowRunId,
  reason: 'No such image.',
});

test('a run that failed is Crashed with the reason', async () => {
  const { api, ids, settle } = await claimed(2);
  expect(await settle(failing(ids[0]), failing(ids[1]))).toEqual([{ kind: 'done' }, { kind: 'done' }]);
  for (const id of ids) {
    const state = { type: 'CRASHED', name: 'Crashed', message: 'No such image.' };
    expect(api.flowRun(id)?.state).toMatchObject(state);
  }
});

test('a run that goes back waits for a retry, and its room is free at once', async () => {
  const { api, ids, settle, look, backend } = await claimed(1);
  const [flowRunId = ''] = ids;
  const startTimeMs = Date.now() + 35_000;
  await settle({ kind: 'put-back', held: 'claimed', flowRunId, reason: 'No room.', startTimeMs });
  expect(api.flowRun(flowRunId)?.state).toMatchObject({
    type: 'SCHEDULED',
    name: 'AwaitingRetry',
    message: 'Put back in the queue by the agent: No room.',
  });
  const { runs } = await look({ beforeMs: Date.now() + 60_000 });
  expect(runs).toMatchObject([{ startTimeMs }]);
  expect(await backend.held([flowRunId], 'agent', never)).toEqual([]);
});

test('due runs are failed and cancelled without a claim', async () => {
  const { api, createRuns, backend } = await prefect3();
  const [a = '', b = ''] = createRuns(2);
  const late: Settlement = { kind: 'cancelled', held: 'queued', flowRunId: b, reason: 'Too late.' };
  await backend.settle([failing(a, 'queued'), late], CLAIMANT, never);
  expect([a, b].map((id) => api.flowRun(id)?.state.type)).toEqual(['CRASHED', 'CANCELLED']);
});

describe('nothing is changed of a run that is no longer what it was', () => {
  test.each<[string, Settlement]>([
    [
      'in the hands of another invocation',
      { ...failing(), held: 'claimed', by: { agent: 'agent', invocation: 'x' } } as Settlement,
    ],
    ['claimed, and not in the queue', failing('', 'queued')],
    [
      'claimed, and not Running',
      { kind: 'failed', held: 'running', version: 'x', flowRunId: '', reason: '' },
    ],
    ['claimed, and not cancelling', { kind: 'cancelled', held: 'cancelling', flowRunId: '', reason: '' }],
  ])('%s', async (_, settlement) => {
    const { ids, settle, statesOf } = await claimed(1);
    const [flowRunId = ''] = ids;
    expect(await settle({ ...settlement, flowRunId })).toMatchObject([{ kind: 'moved-on' }]);
    expect(statesOf(flowRunId)).toEqual(['Scheduled', 'Pending']);
  });

  test('gone', async () => {
    const { settle } = await prefect3().then(({ backend }) => ({
      settle: (one: Settlement) => backend.settle([one], CLAIMANT, never),
    }));
    const gone = failing('00000000-0000-4000-8000-00000000dead');
    expect(await settle(gone)).toMatchObject([{ kind: 'moved-on' }]);
  });

  test('taken by another worker since it was read', async () => {
    let take = () => undefined as unknown;
    const faults: FaultPlan = ({ operation }) => {
      if (operation.endsWith('set_state')) take();
      return undefined;
    };
    const { api, backend, createRuns } = await prefect3({ faults });
    const [id = ''] = createRuns(1);
    take = () => api.setFlowRunState(id, { type: 'PENDING' });
    expect(await backend.settle([failing(id, 'queued')], CLAIMANT, never)).toMatchObject([
      { kind: 'moved-on' },
    ]);
    expect(api.flowRun(id)?.state.type).toBe('PENDING');
  });

  test('Running since another moment', async () => {
    const { api, backend, ids, settle } = await claimed(1);
    const [flowRunId = ''] = ids;
    api.setFlowRunState(flowRunId, { type: 'RUNNING' });
    const [held] = await backend.held([flowRunId], 'agent', never);
    const interrupted = { kind: 'failed', held: 'running', flowRunId, reason: 'Interrupted.' } as const;
    expect(await settle({ ...interrupted, version: 'another' })).toMatchObject([{ kind: 'moved-on' }]);
    expect(await settle({ ...interrupted, version: held?.version ?? '' })).toEqual([{ kind: 'done' }]);
    expect(api.flowRun(flowRunId)?.state.type).toBe('CRASHED');
  });
});

test.each([
  ['3.8.8', 'POST /flow_runs/bulk_set_state'],
  ['2.20.26', 'POST /flow_runs/{id}/set_state'],
])('a change whose answer was lost is made once by a server of %s', async (version, changing) => {
  const faults: FaultPlan = ({ operation, sequence }) =>
    // The first was the claim.
    operation === changing && sequence === 2 ? { kind: 'reset', when: 'after' } : undefined;
  const { settle, ids, statesOf } = await claimed(1, faults, version);
  expect(await settle(failing(ids[0]))).toEqual([{ kind: 'done' }]);
  expect(statesOf(ids[0] ?? '')).toEqual(['Scheduled', 'Pending', 'Crashed']);
});

test('a change is not sent again by a process that was frozen before, for the run has gone on since', async () => {
  const clock = new JumpingClock();
  let onWait = () => {};
  const freezing: Clock = {
    now: () => clock.now(),
    sleep: (ms, signal) => {
      if (ms < 15_000) onWait();
      return clock.sleep(ms, signal);
    },
  };
  const faults: FaultPlan = ({ operation, sequence }) =>
    operation === 'POST /flow_runs/bulk_set_state' && sequence === 2
      ? { kind: 'reset', when: 'before' }
      : undefined;
  const { api, backend, createRuns, look, statesOf } = await prefect3({ faults }, { clock: freezing });
  const [flowRunId = ''] = createRuns(1);
  await backend.claim((await look()).runs, CLAIMANT, never);
  onWait = () => {
    for (const type of ['RUNNING', 'COMPLETED'] as const) api.setFlowRunState(flowRunId, { type });
    clock.jump(3600);
  };
  const putBack = { kind: 'put-back', held: 'claimed', flowRunId, reason: 'No room.' } as const;
  const results = await backend.settle([{ ...putBack, startTimeMs: Date.now() }], CLAIMANT, never);
  expect(results).toMatchObject([{ kind: 'unknown' }]);
  expect(statesOf(flowRunId).at(-1)).toBe('Completed');
});

test('an API that fails leaves the runs as they are and says so', async () => {
  const { settle, ids } = await claimed(1, ({ operation }) =>
    operation === 'POST /flow_runs/filter' ? { kind: 'status', status: 503, when: 'before' } : undefined,
  );
  expect(await settle(failing(ids[0]))).toMatchObject([{ kind: 'unknown' }]);
});

test('log lines go out in one request, under the name of the genuine worker’s logger', async () => {
  const { api, backend, ids } = await claimed(2);
  const lines = ids.map((flowRunId, i) => ({
    flowRunId,
    level: i === 0 ? ('INFO' as const) : ('ERROR' as const),
    message: `line ${i}`,
  }));
  await backend.log(lines, CLAIMANT, never);
  const about = { name: 'prefect.flow_runs.worker' };
  expect(ids.flatMap((id) => api.logs(id))).toMatchObject([
    { ...about, level: 20, message: 'line 0' },
    { ...about, level: 40, message: 'line 1' },
  ]);
  expect(api.calls['POST /logs/']).toBe(1);
});

test('which task runs a flow run is written into it, and changes nothing else', async () => {
  const { api, backend, ids } = await claimed(2);
  const launches = ids.map((flowRunId) => ({ flowRunId, infrastructureId: `etl::arn:${flowRunId}` }));
  await backend.recordLaunches(launches, never);
  for (const id of ids) {
    expect(api.flowRun(id)).toMatchObject({
      infrastructure_pid: `etl::arn:${id}`,
      state: { type: 'PENDING' },
    });
  }
  expect(api.calls['PATCH /flow_runs/{id}']).toBe(2);
});

test('a process that was frozen after it had read the run changes nothing', async () => {
  const { api, clock, ids, settle } = await claimed(1);
  const before = api.requests.length;
  clock.now = () => Date.now() + (api.requests.length > before ? 40_000 : 0);
  expect(await settle(failing(ids[0]))).toEqual([{ kind: 'unknown', reason: STALE }]);
  expect(api.flowRun(ids[0] ?? '')?.state_type).toBe('PENDING');
});
