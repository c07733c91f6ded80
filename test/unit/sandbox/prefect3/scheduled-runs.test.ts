import { describe, expect, test } from 'vitest';
import { at, newPrefect3 } from './new-prefect3.ts';

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
