import { describe, expect, test } from 'vitest';
import type { Prefect1Backend } from '../../../src/prefect1/backend.ts';
import type { Prefect1FlowRun } from '../../../src/prefect1/flow-run.ts';
import type { Fault, FaultPlan } from '../../../src/sandbox/faults.ts';
import type { Prefect1Options, Prefect1Sandbox } from '../../../src/sandbox/prefect1/prefect1-server.ts';
import { httpStandIn, json } from '../../support/http-stand-in.ts';
import { backendFor, CLAIMANT, cloud, KEY, never, prefect1 } from '../../support/prefect1.ts';

const CLAIM = { serverless_prefect_agent: { agent: 'agent', invocation: 'invocation-1', claim_key: '1' } };

const NO_RESULT = { type: 'NoResultType', __version__: '1.4.1' };

const due = async (backend: Prefect1Backend): Promise<Prefect1FlowRun[]> => [
  ...(await backend.look({ labels: [], beforeMs: Date.now() + 1000, except: new Set() }, never)).runs,
];

async function dueRuns(count: number, options: Partial<Prefect1Options> = {}, seed = seedRun) {
  const parts = await prefect1(options, options.apiKey === undefined ? {} : cloud);
  const flow = parts.api.createFlow({ name: 'etl', tasks: [{ slug: 'extract-1' }, { slug: 'load-1' }] });
  for (let i = 0; i < count; i++) seed(parts.api, flow.id, new Date(Date.now() - 60_000 + i).toISOString());
  return { ...parts, runs: await due(parts.backend) };
}

function seedRun(api: Prefect1Sandbox, flowId: string, startTime: string): void {
  api.createFlowRun({ flowId, startTime });
}

/** Running, with both task runs waiting for a retry that is due. */
function seedRetry(api: Prefect1Sandbox, flowId: string, startTime: string): void {
  const { id } = api.createFlowRun({ flowId, startTime });
  api.setFlowRunState(id, { type: 'Running', message: 'Running flow.' });
  for (const taskRun of api.taskRuns(id)) {
    api.setTaskRunState(taskRun.id, { type: 'Retrying', start_time: startTime, run_count: 1 });
  }
}

const faultAt =
  (operation: string, fault: Fault, sequence = 1): FaultPlan =>
  (request) =>
    request.operation === operation && request.sequence === sequence ? fault : undefined;

const states = (api: Prefect1Sandbox): unknown[] => api.flowRuns().map(({ state }) => state);

test('a claim sets Submitted with the genuine words, the state it replaces, and who claimed (conformance 26)', async () => {
  const { backend, api, runs } = await dueRuns(1);
  const previous = runs[0]?.state;
  expect(await backend.claim(runs, CLAIMANT, never)).toEqual([
    { kind: 'claimed', run: { ...runs[0], claimKey: '1' } },
  ]);
  expect(api.requests.at(-1)?.variables).toEqual({
    s0: {
      states: [
        {
          flow_run_id: runs[0]?.id,
          version: 1,
          state: {
            type: 'Submitted',
            message: 'Submitted for execution',
            state: previous,
            context: CLAIM,
            cached_inputs: {},
            _result: NO_RESULT,
            __version__: '1.4.1',
          },
        },
      ],
    },
  });
  expect(states(api)).toEqual(['Submitted']);
});

test('due runs are claimed with one request', async () => {
  const { backend, api, runs } = await dueRuns(25);
  const claims = await backend.claim(runs, CLAIMANT, never);
  expect(claims.map(({ kind }) => kind)).toEqual(Array.from({ length: 25 }, () => 'claimed'));
  expect(api.calls.set_flow_run_states).toBe(1);
});

test('nothing is asked of the API to claim nothing', async () => {
  const { api, backend } = await dueRuns(0);
  const before = api.requests.length;
  expect(await backend.claim([], CLAIMANT, never)).toEqual([]);
  expect(api.requests).toHaveLength(before);
});

test('a claim that another won is lost and leaves the others won (conformance 32)', async () => {
  const { backend, api, runs } = await dueRuns(3);
  api.setFlowRunState(runs[1]?.id ?? '', { type: 'Submitted', message: 'another' });
  const claims = await backend.claim(runs, CLAIMANT, never);
  expect(claims.map(({ kind }) => kind)).toEqual(['claimed', 'lost', 'claimed']);
  expect(claims[1]).toMatchObject({ reason: 'State update failed: this run has already been submitted.' });
});

test('a version that is not the run’s any more is a lost claim (conformance 34)', async () => {
  const { backend, api, runs } = await dueRuns(2, { apiKey: KEY, versionLocking: true });
  api.setFlowRunState(runs[0]?.id ?? '', { type: 'Scheduled', start_time: new Date().toISOString() });
  const claims = await backend.claim(runs, CLAIMANT, never);
  expect(claims.map(({ kind }) => kind)).toEqual(['lost', 'claimed']);
});

describe('a claim whose answer is lost is read back', () => {
  const after: [string, Fault][] = [
    ['HTTP 500', { kind: 'status', status: 500, when: 'after' }],
    ['a broken connection', { kind: 'reset', when: 'after' }],
  ];
  test.each(after)('%s after it took effect: it is ours (conformance 33)', async (_, fault) => {
    const { backend, api, runs } = await dueRuns(2, { faults: faultAt('set_flow_run_states', fault) });
    const claims = await backend.claim(runs, CLAIMANT, never);
    expect(claims.map(({ kind }) => kind)).toEqual(['claimed', 'claimed']);
    expect(api.calls.set_flow_run_states).toBe(1);
  });

  const before: [string, Fault][] = [
    ['HTTP 500', { kind: 'status', status: 500, when: 'before' }],
    ['a broken connection', { kind: 'reset', when: 'before' }],
    ['a page', { kind: 'html' }],
  ];
  test.each(before)('%s before it took effect: it is not ours (conformance 4)', async (_, fault) => {
    const { backend, api, runs } = await dueRuns(1, { faults: faultAt('set_flow_run_states', fault) });
    const claims = await backend.claim(runs, CLAIMANT, never);
    expect(claims.map(({ kind }) => kind)).toEqual(['lost']);
    expect(states(api)).toEqual(['Scheduled']);
    expect(api.calls.set_flow_run_states).toBe(1);
  });

  test('another’s claim, and an earlier invocation’s, are not taken for ours', async () => {
    const { backend, runs } = await dueRuns(1, {
      faults: faultAt('set_flow_run_states', { kind: 'status', status: 500, when: 'after' }, 1),
    });
    await backend.claim(runs, { ...CLAIMANT, invocation: 'invocation-0' }, never);
    const claims = await backend.claim(runs, CLAIMANT, never);
    expect(claims.map(({ kind }) => kind)).toEqual(['lost']);
  });

  test('when it can’t be read back either, nobody says that it is ours or not', async () => {
    const { backend, runs } = await dueRuns(1, {
      faults: ({ operation, sequence }) =>
        operation === 'set_flow_run_states' || (operation === 'flow_run' && sequence > 1)
          ? { kind: 'status', status: 500, when: 'after' }
          : undefined,
    });
    const claims = await backend.claim(runs, CLAIMANT, never);
    expect(claims.map(({ kind }) => kind)).toEqual(['unknown']);
  });
});

test('a claim that the API limits by rate is not ours, and is sent again only because it had no effect', async () => {
  const { backend, api, runs } = await dueRuns(1, {
    faults: faultAt('set_flow_run_states', { kind: 'status', status: 429, when: 'before' }),
  });
  const claims = await backend.claim(runs, CLAIMANT, never);
  expect(claims.map(({ kind }) => kind)).toEqual(['claimed']);
  expect(api.calls.set_flow_run_states).toBe(2);
});

test.each([401, 403, 429])('an API that answers HTTP %i to claims is no other agent', async (status) => {
  const { backend, runs } = await dueRuns(1, {
    faults: ({ operation }) =>
      operation === 'set_flow_run_states' ? { kind: 'status', status, when: 'before' } : undefined,
  });
  const claims = await backend.claim(runs, CLAIMANT, never);
  expect(claims.map(({ kind }) => kind)).toEqual(['refused']);
});

test('a claim that is answered QUEUED is left to the concurrency limit (conformance 30)', async () => {
  const { claim } = await answering({
    s0: { states: [{ id: 'x', status: 'QUEUED', message: 'limit reached' }] },
  });
  expect(await claim).toMatchObject([{ kind: 'lost', reason: 'The server answered QUEUED: limit reached' }]);
});

test('a claim that is refused for any other reason leaves the run as it is (conformance 35)', async () => {
  const { claim, requests } = await answering({ s0: null }, [{ message: 'no such run', path: ['s0'] }]);
  expect(await claim).toMatchObject([{ kind: 'lost', reason: 'no such run' }]);
  expect(requests()).toBe(2);
});

test('a Queued state is unwrapped: the claim replaces what it held back (conformance 27)', async () => {
  const inner = { type: 'Scheduled', start_time: null };
  const { claim, bodies } = await answering(
    { s0: { states: [{ id: 'x', status: 'SUCCESS', message: null }] } },
    undefined,
    { state: { type: 'Queued', state: inner } },
  );
  expect(await claim).toMatchObject([{ kind: 'claimed' }]);
  expect(bodies[0]).toMatchObject({
    variables: { s0: { states: [{ state: { type: 'Submitted', state: inner } }] } },
  });
});

test.each(['Pending', 'Submitted', 'Cancelling', 'Running', 'Success'])(
  'a %s run without due task runs is not launched (conformance 28)',
  async (type) => {
    const { claim, requests } = await answering({}, undefined, { state: { type } });
    expect(await claim).toMatchObject([{ kind: 'lost', reason: `A ${type} run has nothing to launch` }]);
    expect(requests()).toBe(0);
  },
);

test('an earlier claim that was put back is claimed as such', async () => {
  // The server refuses a second Submitted within half a minute of the first.
  const context = { serverless_prefect_agent: { put_back: true } };
  const { backend, runs } = await dueRuns(1, {}, (api, flowId, startTime) => {
    const { id } = api.createFlowRun({ flowId, startTime });
    api.setFlowRunState(id, { type: 'Scheduled', start_time: startTime, context });
  });
  await backend.claim(runs, CLAIMANT, never);
  const ids = runs.map(({ id }) => id);
  expect(await backend.held(ids, 'agent', never)).toMatchObject([{ claim: { isRepeated: true } }]);
});

describe('task runs that wait for a retry', () => {
  test('of a Running run are claimed in its place, keyed by the smallest of them (conformance 29)', async () => {
    const { backend, api, runs } = await dueRuns(1, {}, seedRetry);
    const [run] = runs;
    const first = run?.taskRuns.map(({ id }) => id).sort()[0] ?? '';
    const version = run?.taskRuns.find(({ id }) => id === first)?.version ?? 0;
    expect(await backend.claim(runs, CLAIMANT, never)).toMatchObject([
      { kind: 'claimed', run: { claimKey: `${first}:${version}` } },
    ]);
    const taskRuns = api.taskRuns(run?.id ?? '');
    expect(taskRuns.map(({ state, state_message: message }) => [state, message])).toEqual([
      ['Submitted', 'Submitted for execution.'],
      ['Submitted', 'Submitted for execution.'],
    ]);
    expect(states(api)).toEqual(['Running']);
    expect(await due(backend)).toEqual([]);
  });

  test('of a Scheduled run are set to Submitted once the run is claimed (conformance 29)', async () => {
    const { backend, api, runs } = await dueRuns(1, {}, (sandbox, flowId, startTime) => {
      const { id } = sandbox.createFlowRun({ flowId, startTime });
      const [taskRun] = sandbox.taskRuns(id);
      sandbox.setTaskRunState(taskRun?.id ?? '', { type: 'Scheduled', start_time: startTime });
    });
    await backend.claim(runs, CLAIMANT, never);
    expect(api.taskRuns(runs[0]?.id ?? '').map(({ state }) => state)).toEqual(['Submitted', 'Pending']);
    expect(api.requests.slice(-2).map(({ operation }) => operation)).toEqual([
      'set_flow_run_states',
      'set_task_run_states',
    ]);
  });

  test('a hundred of them go in two requests', async () => {
    const { claim, bodies } = await answering({ s0: { states: [{ status: 'SUCCESS' }] } }, undefined, {
      state: { type: 'Running' },
      taskRuns: Array.from({ length: 101 }, (_, i) => ({
        id: `task-${String(i).padStart(3, '0')}`,
        version: 3,
        state: { type: 'Retrying' },
      })),
    });
    await claim;
    const counts = bodies.map(({ variables }) => Object.keys(variables).length);
    expect(counts.filter((count) => count > 1)).toEqual([50, 50]);
  });
});

/** What a claim of one run comes to when the server answers it with this. */
async function answering(data: unknown, errors?: unknown, change: object = {}) {
  const bodies: { variables: Record<string, unknown> }[] = [];
  const stand = await httpStandIn((request, response) => {
    bodies.push(request.body as (typeof bodies)[number]);
    const readBack = { flow_run: [], task_run: [] };
    json(response, 200, {
      data: bodies.length === 1 ? data : readBack,
      ...(bodies.length === 1 && { errors }),
    });
  });
  const run: Prefect1FlowRun = {
    id: 'x',
    name: 'brave-lynx',
    startTimeMs: 0,
    version: 1,
    state: { type: 'Scheduled' },
    flow: { id: 'f', name: 'etl', version: 1, storage: null, coreVersion: null },
    runConfig: null,
    taskRuns: [],
    ...change,
  };
  const { backend } = backendFor(stand.endpoint, { tenantId: 'tenant' });
  return { claim: backend.claim([run], CLAIMANT, never), bodies, requests: stand.requests };
}
