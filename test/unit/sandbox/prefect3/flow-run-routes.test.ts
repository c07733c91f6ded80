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
