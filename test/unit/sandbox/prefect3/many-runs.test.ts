import { describe, expect, test } from 'vitest';
import { at, newPrefect3 } from './new-prefect3.ts';

const ID = '5c1e0000-0000-4000-8000-000000000001';
const CLAIM = { type: 'PENDING', state_details: { transition_id: ID } };

interface Results {
  readonly results: readonly {
    readonly flow_run_id: string;
    readonly status: string;
    readonly state: object;
  }[];
}

describe('setting the state of many runs', () => {
  const statuses = (answer: { readonly body: unknown }): Record<string, string> =>
    Object.fromEntries((answer.body as Results).results.map(({ flow_run_id: id, status }) => [id, status]));

  test('claims those that are due, and tells those that it has claimed when it is sent again', async () => {
    const { run, request } = newPrefect3();
    const [mine, theirs] = [run(), run({ type: 'PENDING' })];
    const filter = { id: { any_: [mine, theirs] }, state: { type: { any_: ['SCHEDULED', 'PENDING'] } } };
    const body = { flow_runs: filter, state: CLAIM };
    const first = await request('POST', '/flow_runs/bulk_set_state', body);
    expect(statuses(first)).toEqual({ [mine]: 'ACCEPT', [theirs]: 'ABORT' });
    const again = await request('POST', '/flow_runs/bulk_set_state', body);
    expect(statuses(again)).toEqual({ [mine]: 'REJECT', [theirs]: 'ABORT' });
    expect((again.body as Results).results.find(({ status }) => status === 'REJECT')?.state).toMatchObject(
      CLAIM,
    );
  });

  test.each<[string, object, number]>([
    ['an empty filter', { flow_runs: {} }, 3],
    ['a filter of null', { flow_runs: null }, 3],
    ['no filter', {}, 3],
    ['an empty filter of ids', { flow_runs: { id: {} } }, 3],
    ['ids of null', { flow_runs: { id: { any_: null } } }, 3],
    ['no ids', { flow_runs: { id: { any_: [] } } }, 0],
    ['a limit', { flow_runs: {}, limit: 2 }, 2],
  ])('%s', async (_, filter, count) => {
    const { run, request } = newPrefect3();
    for (let index = 0; index < 3; index += 1) run();
    const answer = await request('POST', '/flow_runs/bulk_set_state', { ...filter, state: CLAIM });
    expect((answer.body as Results).results).toHaveLength(count);
  });

  test('takes 50 runs at most', async () => {
    const { run, request } = newPrefect3();
    const ids = Array.from({ length: 60 }, () => run());
    const body = { flow_runs: { id: { any_: ids } }, state: CLAIM };
    const answer = await request('POST', '/flow_runs/bulk_set_state', body);
    expect((answer.body as Results).results).toHaveLength(50);
    expect((await request('POST', '/flow_runs/bulk_set_state', { ...body, limit: 51 })).status).toBe(422);
  });

  test('gives all of them the scheduled time of the first one, unless one is given', async () => {
    const { api, deploymentId, request } = newPrefect3();
    const ids = [0, 90].map((s) => api.createFlowRun({ deploymentId, scheduledTime: at(s) }).id);
    const claim = (state: object) =>
      request('POST', '/flow_runs/bulk_set_state', { flow_runs: { id: { any_: ids } }, state });
    const times = () => new Set(ids.map((id) => api.flowRun(id)?.state.state_details.scheduled_time));

    await claim(CLAIM);
    expect(times().size).toBe(1);
    expect(ids.map((id) => api.flowRun(id)?.state.state_details.flow_run_id)).toEqual(ids);

    for (const [index, id] of ids.entries()) {
      const details = { scheduled_time: at(index * 90) };
      api.setFlowRunState(id, { type: 'SCHEDULED', state_details: details });
    }
    await claim({ type: 'PENDING', state_details: { scheduled_time: at(0) } });
    expect(times()).toEqual(new Set([at(0)]));
  });
});

describe('the due runs of a pool', () => {
  function withQueues() {
    const world = newPrefect3();
    const { api, deploymentId } = world;
    api.send('POST', '/work_pools/ecs-pool/queues', { name: 'high', priority: 1 });
    const { id: high } = api.createDeployment({ name: 'high', workQueue: 'high' });
    const create = (id: string, second: number) =>
      api.createFlowRun({ deploymentId: id, scheduledTime: at(second) }).id;
    const ids = {
      late: create(deploymentId, -60),
      now: create(deploymentId, 0),
      soon: create(deploymentId, 90),
      high: create(high, -5),
    };
    const names = new Map(Object.entries(ids).map(([name, id]) => [id, name]));
    const list = async (body: object = {}) => {
      const answer = await world.request('POST', '/work_pools/ecs-pool/get_scheduled_flow_runs', body);
      const runs = answer.body as readonly { readonly flow_run: { readonly id: string } }[];
      return runs.map(({ flow_run: { id } }) => names.get(id));
    };
    return { ...world, ids, list };
  }

  test.each<[string, object, readonly string[]]>([
    ['come by the priority of their queues, then by their time', {}, ['high', 'late', 'now', 'soon']],
    ['are those that are due before a time', { scheduled_before: at(10) }, ['high', 'late', 'now']],
    ['are those that are due after a time', { scheduled_after: at(-10) }, ['high', 'now', 'soon']],
    ['are as many as were asked for', { limit: 2 }, ['high', 'late']],
    ['can be none', { limit: 0 }, []],
    ['are those of some queues', { work_queue_names: ['high'] }, ['high']],
  ])('%s', async (_, body, expected) => {
    expect(await withQueues().list(body)).toEqual(expected);
  });

  test('are none of a paused pool, and none of a paused queue', async () => {
    const { api, list } = withQueues();
    api.send('PATCH', '/work_pools/ecs-pool/queues/high', { is_paused: true });
    expect(await list()).toEqual(['late', 'now', 'soon']);
    api.send('PATCH', '/work_pools/ecs-pool', { is_paused: true });
    expect(await list()).toEqual([]);
  });

  test('are as many as the limits of the pool and its queues leave room for', async () => {
    const { api, list, ids } = withQueues();
    api.send('PATCH', '/work_pools/ecs-pool', { concurrency_limit: 3 });
    api.send('PATCH', '/work_pools/ecs-pool/queues/default', { concurrency_limit: 1 });
    expect(await list()).toEqual(['high', 'late']);
    api.setFlowRunState(ids.late, { type: 'PENDING' });
    expect(await list()).toEqual(['high']);
    api.send('PATCH', '/work_pools/ecs-pool/queues/default', { concurrency_limit: null });
    expect(await list()).toEqual(['high', 'now']);
  });

  test('are listed and not claimed: limits hold nobody back from claiming more', async () => {
    const { api, list, ids, request } = withQueues();
    api.send('PATCH', '/work_pools/ecs-pool', { concurrency_limit: 1 });
    for (const id of [ids.late, ids.now]) api.setFlowRunState(id, { type: 'PENDING' });
    expect(await list()).toEqual([]);
    expect((await request('GET', '/work_pools/ecs-pool')).body).toMatchObject({ active_slots: 2 });
  });
});

test('a deleted deployment takes its scheduled runs with it', async () => {
  const { api, deploymentId, run, request } = newPrefect3();
  const [scheduled, pending] = [run(), run({ type: 'PENDING' })];
  api.send('DELETE', `/deployments/${deploymentId}`);
  const claim = await request('POST', `/flow_runs/${scheduled}/set_state`, { state: CLAIM });
  expect(claim).toEqual({
    status: 404,
    body: { exception_message: `Flow run with id ${scheduled} not found` },
  });
  expect(api.flowRun(pending)?.state_type).toBe('PENDING');
});
