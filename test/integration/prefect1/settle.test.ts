import { expect, test } from 'vitest';
import type { Settlement } from '../../../src/agent/prefect-backend.ts';
import { STALE } from '../../../src/fresh.ts';
import type { Prefect1Options } from '../../../src/sandbox/prefect1/prefect1-server.ts';
import { CLAIMANT, cloud, KEY, never, prefect1 } from '../../support/prefect1.ts';

const LONG_AGO = '2020-01-01T00:00:00Z';
const START_MS = Date.parse('2026-11-23T12:00:35Z');

async function claimed(count: number, options: Partial<Prefect1Options> = {}) {
  const parts = await prefect1(options, options.apiKey === undefined ? {} : cloud);
  const { api, backend } = parts;
  const flow = api.createFlow({ name: 'etl' });
  for (let i = 0; i < count; i++) api.createFlowRun({ flowId: flow.id });
  const { runs } = await backend.look({ labels: [], beforeMs: Date.now() + 1000, except: new Set() }, never);
  await backend.claim(runs, CLAIMANT, never);
  const settle = (...settlements: Settlement[]) => backend.settle(settlements, CLAIMANT, never);
  return { ...parts, settle, ids: runs.map(({ id }) => id) };
}

const fail = (flowRunId: string, held: 'claimed' | 'queued' = 'claimed'): Settlement => ({
  kind: 'failed',
  held,
  flowRunId,
  reason: 'bad image',
});

const putBack = (flowRunId: string): Settlement => ({
  kind: 'put-back',
  held: 'claimed',
  flowRunId,
  reason: 'no capacity',
  startTimeMs: START_MS,
});

test('runs are failed and put back in one read and one change', async () => {
  const { settle, api, ids } = await claimed(2);
  const [a = '', b = ''] = ids;
  const before = api.requests.length;
  expect(await settle(fail(a), putBack(b))).toEqual([{ kind: 'done' }, { kind: 'done' }]);
  expect(api.requests.slice(before).map(({ operation }) => operation)).toEqual([
    'flow_run',
    'set_flow_run_states',
  ]);
  expect(api.flowRun(a)).toMatchObject({ state: 'Failed', state_message: 'bad image' });
  expect(api.flowRun(b)).toMatchObject({ state: 'Scheduled', state_message: 'no capacity' });
  expect(Date.parse(String(api.flowRun(b)?.state_start_time))).toBe(START_MS);
});

test('the version sent is the one that the claim made, which a locking server accepts (conformance 36)', async () => {
  const { settle, api, ids } = await claimed(1, { apiKey: KEY, versionLocking: true });
  const [a = ''] = ids;
  expect(await settle(fail(a))).toEqual([{ kind: 'done' }]);
  expect(api.flowRun(a)?.state).toBe('Failed');
});

test.each(['Running', 'Cancelled', 'Scheduled'])(
  'a run that has become %s in the meantime is left alone',
  async (type) => {
    const { settle, api, ids } = await claimed(1);
    const [a = ''] = ids;
    api.setFlowRunState(a, { type });
    expect(await settle(putBack(a))).toEqual([
      { kind: 'moved-on', reason: 'The run is no longer what it was' },
    ]);
    expect(api.flowRun(a)?.state).toBe(type);
  },
);

test('a run that another invocation has claimed is left alone', async () => {
  const { backend, api, ids } = await claimed(1);
  const [a = ''] = ids;
  const other = { agent: 'agent', invocation: 'invocation-2' };
  expect(await backend.settle([fail(a)], other, never)).toMatchObject([{ kind: 'moved-on' }]);
  expect(api.flowRun(a)?.state).toBe('Submitted');
});

test('an unreadable run is failed only while it is still in the queue (conformance 39)', async () => {
  const { settle, api, ids } = await claimed(1);
  const [a = ''] = ids;
  const { id: queued } = api.createFlowRun({ flowId: String(api.flowRun(a)?.flow_id) });
  expect(await settle(fail(a, 'queued'), fail(queued, 'queued'))).toMatchObject([
    { kind: 'moved-on' },
    { kind: 'done' },
  ]);
  expect([api.flowRun(a)?.state, api.flowRun(queued)?.state]).toEqual(['Submitted', 'Failed']);
});

test('a Running run that is due for retries is failed only while nobody has claimed them', async () => {
  const { settle, api, backend, ids } = await claimed(1);
  const flow = api.createFlow({ name: 'retrying', tasks: [{ slug: 'extract-1' }] });
  const running = (): string => {
    const { id } = api.createFlowRun({ flowId: flow.id, state: { type: 'Running' } });
    for (const taskRun of api.taskRuns(id))
      api.setTaskRunState(taskRun.id, { type: 'Retrying', start_time: LONG_AGO });
    return id;
  };
  const taken = running();
  const query = { labels: [], beforeMs: Date.now() + 1000, except: new Set(ids) };
  await backend.claim((await backend.look(query, never)).runs, CLAIMANT, never);
  const free = running();
  const about = { kind: 'failed', held: 'queued', isRunning: true, reason: 'bad image' } as const;
  const settled = await settle({ ...about, flowRunId: taken }, { ...about, flowRunId: free });
  expect(settled).toMatchObject([{ kind: 'moved-on' }, { kind: 'done' }]);
  expect([api.flowRun(taken)?.state, api.flowRun(free)?.state]).toEqual(['Running', 'Failed']);
});

test('a run that is gone is left alone', async () => {
  const { settle } = await claimed(0);
  expect(await settle(fail('77777777-1111-4111-8111-777777777777'))).toMatchObject([{ kind: 'moved-on' }]);
});

test('a run that is Running since another moment is left alone', async () => {
  const { api, backend, ids, settle } = await claimed(1);
  const [flowRunId = ''] = ids;
  api.setFlowRunState(flowRunId, { type: 'Running' });
  const [held] = await backend.held([flowRunId], 'agent', never);
  const interrupted = { kind: 'failed', held: 'running', flowRunId, reason: 'Interrupted.' } as const;
  expect(await settle({ ...interrupted, version: 'another' })).toMatchObject([{ kind: 'moved-on' }]);
  expect(await settle({ ...interrupted, version: held?.version ?? '' })).toEqual([{ kind: 'done' }]);
  expect(api.flowRun(flowRunId)?.state).toBe('Failed');
});

test('due runs are failed and cancelled without a claim', async () => {
  const { api, settle } = await claimed(0);
  const flow = api.createFlow({ name: 'etl' });
  const [a = '', b = ''] = [1, 2].map(() => api.createFlowRun({ flowId: flow.id }).id);
  const late: Settlement = { kind: 'cancelled', held: 'queued', flowRunId: b, reason: 'Too late.' };
  expect(await settle(fail(a, 'queued'), late)).toEqual([{ kind: 'done' }, { kind: 'done' }]);
  expect([a, b].map((id) => api.flowRun(id)?.state)).toEqual(['Failed', 'Cancelled']);
});

test('an API that fails leaves the runs as they are and says so', async () => {
  const { settle, ids } = await claimed(1, {
    faults: ({ operation, sequence }) =>
      operation === 'set_flow_run_states' && sequence > 1
        ? { kind: 'status', status: 500, when: 'before' }
        : undefined,
  });
  expect(await settle(fail(ids[0] ?? ''))).toEqual([
    {
      kind: 'unknown',
      reason: 'PrefectApiError: Prefect API, set_flow_run_states: The API failed with HTTP 500.',
    },
  ]);
});

test('log lines go out in one request, under the agent’s name and without a time (conformance 31)', async () => {
  const { backend, api, ids } = await claimed(2);
  const [a = '', b = ''] = ids;
  const lines = [
    { flowRunId: a, level: 'INFO', message: 'Submitted for execution: Task x' },
    { flowRunId: b, level: 'ERROR', message: 'bad image' },
  ] as const;
  await backend.log(lines, CLAIMANT, never);
  expect(api.requests.at(-1)?.variables).toEqual({
    input: {
      logs: [
        { flow_run_id: a, name: 'agent', level: 'INFO', message: 'Submitted for execution: Task x' },
        { flow_run_id: b, name: 'agent', level: 'ERROR', message: 'bad image' },
      ],
    },
  });
});

test('a process that was frozen after it had read the run changes nothing', async () => {
  const { settle, api, clock, ids } = await claimed(1);
  const [a = ''] = ids;
  const before = api.requests.length;
  clock.now = () => Date.now() + (api.requests.length > before ? 40_000 : 0);
  expect(await settle(putBack(a))).toEqual([{ kind: 'unknown', reason: STALE }]);
  expect(api.flowRun(a)?.state).toBe('Submitted');
});
