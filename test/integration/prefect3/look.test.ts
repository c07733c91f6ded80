import { expect, test } from 'vitest';
import { CLAIMANT, IDENTITY, never } from '../../support/prefect1.ts';
import { httpStandIn, json } from '../../support/http-stand-in.ts';
import { backend3For, POOL, prefect3 } from '../../support/prefect3.ts';

test('a due run comes with what its deployment and flow say', async () => {
  const { createRuns, look, deployment } = await prefect3();
  const [id] = createRuns(1);
  const { runs, unreadable } = await look();
  expect(unreadable).toEqual([]);
  expect(runs).toMatchObject([
    {
      id,
      flow: { name: 'demo' },
      deployment: { id: deployment.id, name: 'deployment', jobVariables: { cpu: 256 } },
      jobVariables: {},
      notBeforeMs: undefined,
      dueSinceMs: undefined,
    },
  ]);
});

test('a look that fails waits for what it has asked beside, and hears what that is told', async () => {
  const { endpoint } = await httpStandIn((request, response) => {
    const run = { id: 'run-1', flow_id: 'flow-1', deployment_id: 'deployment-1' };
    if (request.url?.endsWith('get_scheduled_flow_runs')) json(response, 200, [{ flow_run: run }]);
    else if (request.url === '/flows/filter') json(response, 400, {});
    else {
      setTimeout(() => {
        json(response, 429, {}, { 'retry-after': '300' });
      }, 100);
    }
  });
  const { backend } = backend3For(endpoint);
  const query = { labels: [], beforeMs: Date.now(), except: new Set<string>() };
  await expect(backend.look(query, never)).rejects.toThrow();
  expect(backend.notBeforeMs).toBeGreaterThan(Date.now() + 290_000);
});

test('the job variables of a deployment of Prefect 2 come under their older name', async () => {
  const { createRuns, look } = await prefect3({ version: '2.20.26' });
  createRuns(1);
  const { runs } = await look();
  expect(runs).toMatchObject([{ deployment: { jobVariables: { cpu: 256 } } }]);
});

test('nothing due costs one request, and two with the heartbeat', async () => {
  const { api, backend, look } = await prefect3();
  await look();
  await backend.connect(IDENTITY, never);
  await look();
  await look();
  expect(api.calls).toEqual({
    'GET /work_pools/{name}': 1,
    'POST /work_pools/{name}/get_scheduled_flow_runs': 3,
    'POST /work_pools/{name}/workers/heartbeat': 1,
  });
  expect(api.workers()).toMatchObject([{ name: 'agent', heartbeat_interval_seconds: 60 }]);
});

test('flows and deployments are read in batches', async () => {
  const { api, createRuns, look } = await prefect3();
  for (let i = 0; i < 3; i += 1) {
    const { id: deploymentId } = api.createDeployment({ name: `d${i}`, flowId: api.createFlow(`f${i}`).id });
    api.createFlowRun({ deploymentId });
  }
  createRuns(2);
  expect((await look()).runs.map(({ flow }) => flow.name).sort()).toEqual(['demo', 'demo', 'f0', 'f1', 'f2']);
  expect([api.calls['POST /deployments/filter'], api.calls['POST /flows/filter']]).toEqual([1, 1]);
});

test('deployments with large texts are read in smaller pages', async () => {
  const { api, look } = await prefect3();
  for (let i = 0; i < 5; i += 1) {
    const { id: deploymentId } = api.createDeployment({ name: `d${i}`, jobVariables: { cpu: i } });
    api.send('PATCH', `/deployments/${deploymentId}`, { description: 'x'.repeat(2 * 1024 * 1024) });
    api.createFlowRun({ deploymentId });
  }
  const { runs } = await look();
  expect(runs.map(({ deployment }) => deployment?.jobVariables['cpu']).sort()).toEqual([0, 1, 2, 3, 4]);
});

test('a deployment counts as it is now, for its runs may be created in the second in which it is changed', async () => {
  const { api, createRuns, look, deployment } = await prefect3();
  createRuns(1);
  await look();
  api.send('PATCH', `/deployments/${deployment.id}`, { job_variables: { image: 'etl:2' } });
  const { runs } = await look();
  expect(runs).toMatchObject([{ deployment: { jobVariables: { image: 'etl:2' } } }]);
});

test('a run that needs a slot of its deployment is not claimed ahead: it would hold the slot, or be cancelled for want of one', async () => {
  const { api, look } = await prefect3();
  const scheduledTime = new Date(Date.now() + 60_000).toISOString();
  const { id: deploymentId } = api.createDeployment({ name: 'limited', concurrencyLimit: 1 });
  api.createFlowRun({ deploymentId, scheduledTime });
  const startTimeMs = Date.parse(scheduledTime);
  const ahead = await look({ beforeMs: Date.now() + 75_000 });
  expect(ahead.runs).toMatchObject([{ startTimeMs, notBeforeMs: startTimeMs }]);
});

test('as many runs are asked for as the API gives at once, and those that are known are left out', async () => {
  const { api, createRuns, look } = await prefect3();
  const ids = createRuns(201);
  const { runs } = await look();
  expect(runs).toHaveLength(200);
  const { runs: others } = await look({ except: new Set(ids.slice(0, 199)) });
  expect(others.map(({ id }) => id)).toEqual([ids[199]]);
  expect(api.requests[0]?.body).toMatchObject({ limit: 200, work_queue_names: [] });
});

test('runs that nothing can be done about do not hide those behind them', async () => {
  const { createRuns, look } = await prefect3();
  const hidden = createRuns(200, -2000);
  const [behind] = createRuns(1);
  const { runs } = await look({ except: new Set(hidden) });
  expect(runs.map(({ id }) => id)).toEqual([behind]);
});

test('runs with large parameters are read in smaller pages', async () => {
  const { api, look, deployment } = await prefect3();
  const parameters = { text: 'x'.repeat(300_000) };
  for (let i = 0; i < 30; i += 1) api.createFlowRun({ deploymentId: deployment.id, parameters });
  expect((await look()).runs).toHaveLength(25);
  expect(api.requests.slice(0, 2).map(({ body }) => body)).toMatchObject([{ limit: 200 }, { limit: 25 }]);
});

test('runs come in the order of the queues’ priorities, and of the named queues alone', async () => {
  const { api, createRuns, look } = await prefect3();
  const { endpoint } = api;
  const headers = { 'content-type': 'application/json' };
  const queue = { name: 'high', priority: 1 };
  await fetch(`${endpoint}/work_pools/${POOL}/queues`, {
    method: 'POST',
    headers,
    body: JSON.stringify(queue),
  });
  const [low] = createRuns(1, -5000);
  const { id: deploymentId } = api.createDeployment({ name: 'urgent', workQueue: 'high' });
  const { id: high } = api.createFlowRun({ deploymentId });
  expect((await look()).runs.map(({ id }) => id)).toEqual([high, low]);
  const { backend } = backend3For(endpoint, { workQueues: ['high'] });
  const named = await backend.look({ labels: [], beforeMs: Date.now() + 1000, except: new Set() }, never);
  expect(named.runs.map(({ id }) => id)).toEqual([high]);
});

test.each([{ is_paused: true }, { concurrency_limit: 0 }])(
  'a pool that is %j gives nothing to do',
  async (change) => {
    const { api, createRuns, look } = await prefect3();
    createRuns(2);
    const headers = { 'content-type': 'application/json' };
    await fetch(`${api.endpoint}/work_pools/${POOL}`, {
      method: 'PATCH',
      headers,
      body: JSON.stringify(change),
    });
    expect((await look()).runs).toEqual([]);
  },
);

test('a run that was put back is not launched ahead, and gets no younger', async () => {
  const { backend, createRuns, look, api } = await prefect3();
  const [id = ''] = createRuns(1, -60_000);
  const [run] = (await look()).runs;
  if (run === undefined) throw new Error('expected a run');
  await backend.claim([run], CLAIMANT, never);
  const startTimeMs = Date.now() + 30_000;
  const dueSinceMs = run.startTimeMs;
  const putBack = { kind: 'put-back', held: 'claimed', flowRunId: id, reason: 'No room.' } as const;
  const settled = await backend.settle([{ ...putBack, startTimeMs, dueSinceMs }], CLAIMANT, never);
  expect(settled).toEqual([{ kind: 'done' }]);
  expect((await look()).runs).toEqual([]);
  const ahead = await look({ beforeMs: Date.now() + 75_000 });
  expect(ahead.runs).toMatchObject([
    { id, startTimeMs, notBeforeMs: startTimeMs, dueSinceMs, isPutBack: true },
  ]);
  // A user who retries a run wants it to begin anew.
  api.setFlowRunState(id, { type: 'SCHEDULED', name: 'AwaitingRetry', message: 'Retried by a user' });
  const [retried] = (await look()).runs;
  expect(retried).toMatchObject({ id, dueSinceMs: undefined, isPutBack: false });
});

test('a row that can’t be read is told, and does not spoil the others', async () => {
  const { api, createRuns } = await prefect3();
  const [id] = createRuns(1);
  const { endpoint } = await httpStandIn((request, response) => {
    void (async () => {
      const headers = { 'content-type': 'application/json' };
      const body = JSON.stringify(request.body);
      const answer = await fetch(api.endpoint + (request.url ?? ''), { method: 'POST', headers, body });
      const rows = (await answer.json()) as unknown[];
      const bad = [{ flow_run: { id: 'bad', flow_id: 7 } }, { flow_run: null }];
      json(response, 200, request.url?.includes('scheduled') ? [...bad, ...rows] : rows);
    })();
  });
  const query = { labels: [], beforeMs: Date.now() + 1000, except: new Set<string>() };
  const { runs, unreadable } = await backend3For(endpoint).backend.look(query, never);
  expect(runs.map((run) => run.id)).toEqual([id]);
  expect(unreadable).toEqual([{ id: 'bad', reason: 'flow_id: expected a string' }]);
});

test('a heartbeat that fails keeps no run waiting', async () => {
  const { backend, createRuns, logger, look } = await prefect3({
    faults: ({ operation }) =>
      operation.includes('heartbeat') ? { kind: 'status', status: 422, when: 'before' } : undefined,
  });
  createRuns(1);
  await backend.connect(IDENTITY, never);
  expect((await look()).runs).toHaveLength(1);
  expect(logger.messages('warn')).toEqual([expect.stringContaining('The heartbeat failed')]);
});
