import { describe, expect, test } from 'vitest';
import type { StateType } from '../../../../src/sandbox/prefect3/tables.ts';
import { at, newPrefect3 } from './new-prefect3.ts';

const ID = '5c1e0000-0000-4000-8000-000000000001';

describe('whether a run may go from one state to another', () => {
  test.each<[StateType, StateType, string]>([
    ['SCHEDULED', 'PENDING', 'ACCEPT'],
    ['SCHEDULED', 'RUNNING', 'ACCEPT'],
    ['SCHEDULED', 'CANCELLING', 'REJECT to CANCELLED'],
    ['PENDING', 'PENDING', 'ABORT'],
    ['PENDING', 'SCHEDULED', 'ACCEPT'],
    ['PENDING', 'CRASHED', 'ACCEPT'],
    ['PENDING', 'CANCELLING', 'ACCEPT'],
    ['PENDING', 'PAUSED', 'REJECT'],
    ['RUNNING', 'PENDING', 'ABORT'],
    ['RUNNING', 'RUNNING', 'ACCEPT'],
    ['RUNNING', 'PAUSED', 'ACCEPT'],
    ['CANCELLING', 'PENDING', 'REJECT'],
    ['CANCELLING', 'RUNNING', 'REJECT'],
    ['CANCELLING', 'CRASHED', 'REJECT'],
    ['CANCELLING', 'CANCELLED', 'ACCEPT'],
    ['CANCELLED', 'PENDING', 'ABORT'],
    ['CANCELLED', 'RUNNING', 'ACCEPT'],
    ['PAUSED', 'PENDING', 'REJECT'],
    // What has ended can be claimed again, which is why a list must not grow old.
    ['COMPLETED', 'PENDING', 'ACCEPT'],
    ['FAILED', 'PENDING', 'ACCEPT'],
    ['CRASHED', 'PENDING', 'ACCEPT'],
    ['COMPLETED', 'RUNNING', 'ACCEPT'],
    ['CRASHED', 'CRASHED', 'ABORT'],
    ['COMPLETED', 'CANCELLING', 'ABORT'],
    ['FAILED', 'SCHEDULED', 'ACCEPT'],
  ])('%s -> %s: %s', (from, to, expected) => {
    const { api, run } = newPrefect3();
    const id = run({ type: 'PENDING' }, { type: from });
    const { status, state } = api.setFlowRunState(id, { type: to });
    const isElsewhere = status !== 'ACCEPT' && state.type !== from;
    expect(isElsewhere ? `${status} to ${state.type}` : status).toBe(expected);
    expect(api.flowRun(id)?.state_type).toBe(state.type);
  });

  test('a state is not set twice by requests of one transition id', () => {
    const { api, run } = newPrefect3();
    const id = run();
    const state = { type: 'PENDING', state_details: { transition_id: ID } } as const;
    expect(api.setFlowRunState(id, state)).toMatchObject({ status: 'ACCEPT' });
    expect(api.setFlowRunState(id, state)).toMatchObject({
      status: 'REJECT',
      state,
      details: { reason: 'This run has already made this state transition.' },
    });
  });

  test('another name for a pending state takes the place of its transition id', () => {
    const { api, run } = newPrefect3();
    const id = run();
    api.setFlowRunState(id, { type: 'PENDING', state_details: { transition_id: ID } });
    expect(api.setFlowRunState(id, { type: 'PENDING', name: 'Submitting' }).status).toBe('ACCEPT');
    const retried = api.setFlowRunState(id, { type: 'PENDING', state_details: { transition_id: ID } });
    expect(retried.status).toBe('ABORT');
  });

  test('a forced claim steals', () => {
    const { api, run } = newPrefect3();
    const id = run({ type: 'PENDING' });
    expect(api.setFlowRunState(id, { type: 'PENDING' }, { force: true }).status).toBe('ACCEPT');
  });

  test('a run with a task is cancelled by whoever holds the task', () => {
    const { api, run } = newPrefect3();
    const id = run();
    api.send('PATCH', `/flow_runs/${id}`, { infrastructure_pid: 'default::arn' });
    expect(api.cancel(id)).toMatchObject({ status: 'ACCEPT', state: { type: 'CANCELLING' } });
  });
});

test('a run that was claimed early waits until it is due', () => {
  const { api, deploymentId, pass } = newPrefect3();
  const { id } = api.createFlowRun({ deploymentId, scheduledTime: at(90) });
  api.setFlowRunState(id, { type: 'PENDING' });
  expect(api.setFlowRunState(id, { type: 'RUNNING' })).toMatchObject({
    status: 'WAIT',
    state: { type: 'PENDING', state_details: { scheduled_time: at(90) } },
    details: { delay_seconds: 90, reason: 'Scheduled time is in the future' },
  });
  pass(90_000);
  expect(api.setFlowRunState(id, { type: 'RUNNING' }).status).toBe('ACCEPT');
  expect(api.flowRun(id)).toMatchObject({
    start_time: at(90),
    run_count: 1,
    next_scheduled_start_time: null,
  });
});

test('a run that ended without having run has a start time', () => {
  const { api, run } = newPrefect3();
  const id = run({ type: 'PENDING' }, { type: 'CRASHED' });
  expect(api.flowRun(id)).toMatchObject({ start_time: at(0), end_time: at(0), run_count: 0 });
});

describe('the limit of a deployment', () => {
  function limited(collisionStrategy: 'ENQUEUE' | 'CANCEL_NEW' = 'ENQUEUE') {
    const { api, pass } = newPrefect3();
    const { id: deploymentId } = api.createDeployment({
      name: 'limited',
      concurrencyLimit: 1,
      collisionStrategy,
    });
    const run = () => api.createFlowRun({ deploymentId }).id;
    return { api, pass, run, holder: run(), other: run() };
  }
  const pending = { type: 'PENDING' } as const;

  test('is a slot for a claim, and those that find none are due again in 30 seconds', () => {
    const { api, holder, other } = limited();
    const { state } = api.setFlowRunState(holder, pending);
    expect(state.state_details.deployment_concurrency_lease_id).not.toBeNull();
    expect(api.setFlowRunState(other, pending)).toMatchObject({
      status: 'REJECT',
      state: { name: 'AwaitingConcurrencySlot', state_details: { scheduled_time: at(30) } },
      details: { reason: 'Deployment concurrency limit reached.' },
    });
  });

  test('cancels those that find none, if it was asked to', () => {
    const { api, holder, other } = limited('CANCEL_NEW');
    api.setFlowRunState(holder, pending);
    expect(api.setFlowRunState(other, pending)).toMatchObject({
      status: 'REJECT',
      state: { type: 'CANCELLED' },
    });
  });

  test.each(['CRASHED', 'COMPLETED', 'SCHEDULED'] as const)('has room again when its run is %s', (type) => {
    const { api, holder, other } = limited();
    api.setFlowRunState(holder, pending);
    api.setFlowRunState(holder, { type });
    expect(api.setFlowRunState(other, pending).status).toBe('ACCEPT');
  });

  test('is not for a run that was claimed 300 seconds ago and another has taken its slot', () => {
    const { api, pass, holder, other } = limited();
    api.setFlowRunState(holder, pending);
    pass(300_000);
    expect(api.setFlowRunState(other, pending).status).toBe('ACCEPT');
    expect(api.setFlowRunState(holder, { type: 'RUNNING' })).toMatchObject({
      status: 'REJECT',
      state: { type: 'CANCELLED' },
    });
  });

  test('is held by a run for as long as it runs', () => {
    const { api, pass, holder, other } = limited();
    api.setFlowRunState(holder, pending);
    api.setFlowRunState(holder, { type: 'RUNNING' });
    pass(3_600_000);
    expect(api.setFlowRunState(other, pending).status).toBe('REJECT');
  });
});

describe('what the server does by itself', () => {
  test('a run that nobody claims is late after 15 seconds, in another state and still due', () => {
    const { api, run, pass } = newPrefect3();
    const id = run();
    const first = api.flowRun(id)?.state_id;
    pass(15_000);
    expect(api.flowRun(id)).toMatchObject({ state_name: 'Late', next_scheduled_start_time: at(0) });
    expect(api.flowRun(id)?.state_id).not.toBe(first);
  });

  test('a run that nobody cancels is cancelled after 300 seconds', () => {
    const { api, run, pass } = newPrefect3();
    const id = run({ type: 'PENDING' });
    api.cancel(id);
    pass(299_000);
    expect(api.flowRun(id)?.state_type).toBe('CANCELLING');
    pass(2000);
    expect(api.flowRun(id)).toMatchObject({ state_type: 'CANCELLED', end_time: at(300) });
  });

  test('a pending run stays pending', () => {
    const { api, run, pass } = newPrefect3();
    const id = run({ type: 'PENDING' });
    pass(75 * 60_000);
    expect(api.flowRun(id)?.state_type).toBe('PENDING');
  });
});

describe('a server of Prefect 2', () => {
  const two = () => newPrefect3({ version: '2.20.26' });

  test('aborts another name for a pending state, and rejects the claim of a cancelled run', () => {
    const { api, run } = two();
    const rename = { type: 'PENDING', name: 'Submitting' } as const;
    expect(api.setFlowRunState(run({ type: 'PENDING' }), rename).status).toBe('ABORT');
    expect(api.setFlowRunState(run({ type: 'CANCELLED' }), { type: 'PENDING' }).status).toBe('REJECT');
  });

  test('has no request for many runs, and takes the time of a state', async () => {
    const { run, request } = two();
    const body = { state: { type: 'PENDING', timestamp: at(0) } };
    expect((await request('POST', '/flow_runs/bulk_set_state', body)).status).toBe(405);
    expect((await request('POST', `/flow_runs/${run()}/set_state`, body)).status).toBe(201);
  });

  test('does not enforce the limits of deployments', () => {
    const { api } = two();
    const { id: deploymentId } = api.createDeployment({ name: 'limited', concurrencyLimit: 1 });
    const statuses = [1, 2].map(() => {
      const { id } = api.createFlowRun({ deploymentId });
      return api.setFlowRunState(id, { type: 'PENDING' }).status;
    });
    expect(statuses).toEqual(['ACCEPT', 'ACCEPT']);
  });
});
