import { expect, test } from 'vitest';
import type { NewFlowRun } from '../../../src/sandbox/prefect1/seed.ts';
import { httpStandIn, json } from '../../support/http-stand-in.ts';
import { backendFor, CLAIMANT, never, prefect1 } from '../../support/prefect1.ts';

const NOW_MS = Date.now();

const ago = (ms: number): string => new Date(NOW_MS - ms).toISOString();

const query = (labels: string[] = [], except: string[] = []) => ({
  labels,
  beforeMs: NOW_MS + 10_000,
  except: new Set(except),
});

async function seeded(...runs: Omit<NewFlowRun, 'flowId'>[]) {
  const parts = await prefect1();
  const flow = parts.api.createFlow({ name: 'etl', tasks: [{ slug: 'extract-1' }] });
  const created = runs.map((run) =>
    parts.api.createFlowRun({ flowId: flow.id, startTime: ago(1000), ...run }),
  );
  return { ...parts, flow, ids: created.map(({ id }) => id) };
}

test('a look asks the queue and then reads the runs; the tenant is asked for once (conformance 16, 18)', async () => {
  const { backend, api, flow, ids } = await seeded({ name: 'brave-lynx', parameters: { x: 1 } });
  const { runs, unreadable } = await backend.look(query(), never);
  await backend.look(query(), never);
  expect(api.requests.map(({ operation }) => operation)).toEqual([
    'tenant',
    'get_runs_in_queue',
    'flow_run',
    'get_runs_in_queue',
    'flow_run',
  ]);
  expect(api.requests[1]?.variables).toEqual({
    input: {
      before: new Date(NOW_MS + 10_000).toISOString().replace('Z', '000+00:00'),
      labels: [],
      tenant_id: backend.tenantId,
    },
  });
  expect(unreadable).toEqual([]);
  expect(runs).toEqual([
    expect.objectContaining({ id: ids[0], name: 'brave-lynx', startTimeMs: NOW_MS - 1000, version: 1 }),
  ]);
  expect(runs[0]?.flow).toMatchObject({ id: flow.id, name: 'etl', version: 1, coreVersion: '1.4.1' });
});

test('nothing due costs one request (conformance 17)', async () => {
  const { backend, api, logger } = await seeded();
  await backend.look(query(), never);
  expect(api.calls).toEqual({ tenant: 1, get_runs_in_queue: 1 });
  expect(logger.messages('debug')).toEqual(['Querying for ready flow runs...', 'No ready flow runs found.']);
});

test('runs in flight are left out, and without others nothing is read (conformance 17)', async () => {
  const { backend, api, logger, ids } = await seeded({});
  const [id = ''] = ids;
  expect(await backend.look(query([], [id]), never)).toEqual({ runs: [], unreadable: [] });
  expect(api.calls.flow_run).toBeUndefined();
  expect(logger.messages('debug')).toContain(
    `No ready flow runs found. (1 already being submitted: [${id}])`,
  );
});

test('only runs whose labels the agent has are due (conformance 16)', async () => {
  const { backend, ids } = await seeded({ labels: ['prod'] }, { labels: ['prod', 'gpu'] }, { labels: [] });
  const { runs } = await backend.look(query(['prod', 'x']), never);
  expect(runs.map(({ id }) => id)).toEqual([ids[0]]);
});

test('a run that another agent took is not answered, and nothing is said of it (conformance 19)', async () => {
  const id = '77777777-1111-4111-8111-777777777777';
  const { endpoint } = await httpStandIn((_, response, sequence) => {
    const queue = { get_runs_in_queue: { flow_run_ids: [id] } };
    json(response, 200, { data: sequence === 1 ? queue : { flow_run: [] } });
  });
  const { backend, logger } = backendFor(endpoint, { tenantId: id });
  expect(await backend.look(query(), never)).toEqual({ runs: [], unreadable: [] });
  expect(logger.messages()).toHaveLength(3);
});

test('runs are ordered by instant, not by how the time is written (conformance 20)', async () => {
  const earlier = new Date(NOW_MS - 3_600_000 + 7_200_000).toISOString().replace('Z', '+02:00');
  const { backend, ids } = await seeded(
    { state: { type: 'Scheduled', start_time: ago(60_000) } },
    { state: { type: 'Scheduled', start_time: earlier } },
  );
  const { runs } = await backend.look(query(), never);
  expect(runs.map(({ id }) => id)).toEqual([ids[1], ids[0]]);
});

test('a run waits for its state’s start time, not for its scheduled one (conformance 24)', async () => {
  const { backend } = await seeded({
    startTime: ago(500_000),
    state: { type: 'Scheduled', start_time: ago(2000) },
  });
  const { runs } = await backend.look(query(), never);
  expect(runs[0]?.startTimeMs).toBe(NOW_MS - 2000);
});

const rowOf = (serialized_state: unknown, change: object = {}) => ({
  id: '77777777-1111-4111-8111-777777777777',
  version: 1,
  state: 'Scheduled',
  serialized_state,
  parameters: {},
  scheduled_start_time: null,
  run_config: null,
  name: 'bad',
  flow: { id: 'f', name: 'etl', environment: null, storage: null, version: 1, core_version: null },
  task_runs: [],
  ...change,
});

const lookAt = async (...rows: unknown[]) => {
  const { endpoint } = await httpStandIn((_, response, sequence) => {
    const queue = { get_runs_in_queue: { flow_run_ids: ['x'] } };
    json(response, 200, { data: sequence === 1 ? queue : { flow_run: rows } });
  });
  return backendFor(endpoint, { tenantId: 'tenant' }).backend.look(query(), never);
};

test.each([
  ['no state (conformance 20)', null, {}, 'serialized_state: expected a serialized state'],
  ['a state without a type', {}, {}, 'serialized_state.type: expected a state type'],
  [
    'a state of an unknown type (conformance 39)',
    { type: 'Sideways' },
    {},
    'serialized_state.type: Unsupported value: Sideways',
  ],
  [
    'a start time that is none',
    { type: 'Scheduled', start_time: 'noon' },
    {},
    'serialized_state.start_time: expected an ISO 8601 time',
  ],
  ['no flow', { type: 'Scheduled' }, { flow: null }, 'flow: expected a flow'],
  [
    'a run config that is none',
    { type: 'Scheduled' },
    { run_config: 'ECSRun' },
    'run_config: expected an object',
  ],
])('a run with %s is unreadable, and the others are read', async (_, state, change, reason) => {
  const good = rowOf({ type: 'Scheduled' }, { id: 'good' });
  const look = await lookAt(rowOf(state, change), good);
  expect(look.runs.map(({ id }) => id)).toEqual(['good']);
  expect(look.unreadable).toEqual([{ id: '77777777-1111-4111-8111-777777777777', reason }]);
});

test.each([
  ['null', { start_time: null }],
  ['missing', {}],
])('a start time that is %s means now (conformance 20, 24)', async (_, state) => {
  const beforeMs = Date.now();
  const look = await lookAt(rowOf({ type: 'Scheduled', ...state }));
  const { startTimeMs } = look.runs[0] ?? {};
  expect(startTimeMs).toBeGreaterThanOrEqual(beforeMs);
  expect(startTimeMs).toBeLessThanOrEqual(Date.now());
});

test('a start time without an offset is UTC', async () => {
  const look = await lookAt(rowOf({ type: 'Scheduled', start_time: '2026-11-23T12:00:00.123456' }));
  expect(look.runs[0]?.startTimeMs).toBe(Date.parse('2026-11-23T12:00:00.123Z'));
});

test('runs that nothing can be done about do not hide those behind them', async () => {
  const { backend, ids } = await seeded(
    ...Array.from({ length: 25 }, () => ({ startTime: ago(60_000), labels: ['prod'] })),
    { startTime: ago(1000), labels: ['prod'] },
    { startTime: ago(1000), labels: [] },
    { startTime: ago(1000), labels: ['gpu'] },
  );
  const { runs } = await backend.look(query(['prod'], ids.slice(0, 25)), never);
  expect(runs.map(({ id }) => id)).toEqual([ids[25]]);
});

test('a run that was put back is not launched ahead, and gets no younger', async () => {
  const { backend, api, ids } = await seeded({});
  const [id = ''] = ids;
  const [run] = (await backend.look(query(), never)).runs;
  if (run === undefined) throw new Error('expected a run');
  await backend.claim([run], CLAIMANT, never);
  const startTimeMs = Date.now() + 5000;
  const dueSinceMs = run.startTimeMs;
  const putBack = { kind: 'put-back', held: 'claimed', flowRunId: id, reason: 'No room.' } as const;
  const settled = await backend.settle([{ ...putBack, startTimeMs, dueSinceMs }], CLAIMANT, never);
  expect(settled).toEqual([{ kind: 'done' }]);
  const ahead = await backend.look({ ...query(), beforeMs: startTimeMs + 1000 }, never);
  expect(ahead.runs).toMatchObject([{ id, startTimeMs, notBeforeMs: startTimeMs, dueSinceMs }]);
  // A user who reschedules a run wants it to begin anew.
  api.setFlowRunState(id, { type: 'Scheduled', start_time: ago(1000) });
  const [again] = (await backend.look(query(), never)).runs;
  expect(again).toMatchObject({ id, notBeforeMs: undefined, dueSinceMs: undefined });
});
