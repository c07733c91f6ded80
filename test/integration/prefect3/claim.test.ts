import { describe, expect, test } from 'vitest';
import { AwsError } from '../../../src/errors.ts';
import type { FaultPlan } from '../../../src/sandbox/faults.ts';
import { CLAIMANT, never } from '../../support/prefect1.ts';
import { backend3For, prefect3 } from '../../support/prefect3.ts';

const BULK = 'POST /flow_runs/bulk_set_state';
const SINGLE = 'POST /flow_runs/{id}/set_state';
const PREFECT_2 = '2.20.26';

const ids = (claims: readonly { readonly run: { readonly id: string } }[]) => claims.map(({ run }) => run.id);
const kinds = (claims: readonly { readonly kind: string }[]) => claims.map(({ kind }) => kind);

/** An API with due runs that were just listed. */
async function listed(count: number, options: Parameters<typeof prefect3>[0] = {}) {
  const world = await prefect3(options);
  const created = world.createRuns(count);
  const { runs } = await world.look();
  return { ...world, created, runs, claim: () => world.backend.claim(runs, CLAIMANT, never) };
}

test('due runs are claimed with one request, and each carries the claim key', async () => {
  const { api, claim, created } = await listed(3);
  const claims = await claim();
  expect(kinds(claims)).toEqual(['claimed', 'claimed', 'claimed']);
  expect(ids(claims).sort()).toEqual(created.sort());
  for (const answer of claims) {
    const state = api.flowRun(answer.run.id)?.state;
    const message = 'Claimed by agent "agent" in invocation "invocation-1"';
    expect(state).toMatchObject({ type: 'PENDING', name: 'Pending', message });
    expect(answer.run).toMatchObject({ claimKey: state?.state_details.transition_id });
  }
  expect([api.calls[BULK], api.calls[SINGLE]]).toEqual([1, undefined]);
});

test('the claims of two requests have different keys', async () => {
  const { claim, createRuns, look, backend } = await listed(1);
  const [first] = await claim();
  createRuns(1);
  const [second] = await backend.claim((await look()).runs, CLAIMANT, never);
  expect(first?.kind === 'claimed' && second?.kind === 'claimed').toBe(true);
  expect((first?.run as { claimKey?: string }).claimKey).not.toBe(
    (second?.run as { claimKey?: string }).claimKey,
  );
});

test('no request names more than fifty runs, and each names some', async () => {
  const { api, claim } = await listed(60);
  expect(new Set(kinds(await claim()))).toEqual(new Set(['claimed']));
  const bodies = api.requests.filter(({ operation }) => operation === BULK).map(({ body }) => body);
  expect(bodies).toMatchObject([
    { flow_runs: { id: { any_: { length: 50 } } }, force: false },
    { flow_runs: { id: { any_: { length: 10 } } }, force: false },
  ]);
});

test('nothing is asked of the API to claim nothing', async () => {
  const { api, backend } = await prefect3();
  expect(await backend.claim([], CLAIMANT, never)).toEqual([]);
  expect(api.requests).toEqual([]);
});

test('a run that is claimed ahead keeps its start time, whatever is claimed with it', async () => {
  const { api, backend, createRuns, look } = await prefect3();
  const [early = ''] = createRuns(1, 60_000);
  const due = createRuns(3);
  const { runs } = await look({ beforeMs: Date.now() + 75_000 });
  expect(kinds(await backend.claim(runs, CLAIMANT, never))).toEqual(Array(4).fill('claimed'));
  const startsInMs = (id: string) =>
    Date.parse(api.flowRun(id)?.state.state_details.scheduled_time ?? '') - Date.now();
  for (const id of due) expect(startsInMs(id)).toBeLessThanOrEqual(0);
  expect(startsInMs(early)).toBeGreaterThan(50_000);
});

describe.each([
  ['with bulk claims', '3.8.8'],
  ['one by one', PREFECT_2],
])('%s', (_, version) => {
  test('of many agents that claim a run at once, one has it', async () => {
    const { api, runs } = await listed(1, { version });
    const claims = await Promise.all(
      Array.from({ length: 20 }, async (__, i) => {
        const { backend } = backend3For(api.endpoint);
        const [claim] = await backend.claim(runs, { agent: `agent-${i}`, invocation: 'i' }, never);
        return claim;
      }),
    );
    const lost = claims.filter((claim) => claim?.kind === 'lost');
    expect([claims.filter((claim) => claim?.kind === 'claimed').length, lost.length]).toEqual([1, 19]);
  });

  test('what an ended run is listed as is not believed: it does not run again', async () => {
    const { api, claim, created, statesOf } = await listed(3, { version });
    const [completed = '', crashed = '', failed = ''] = created;
    for (const [id, type] of [
      [completed, 'COMPLETED'],
      [crashed, 'CRASHED'],
      [failed, 'FAILED'],
    ] as const) {
      for (const state of ['PENDING', 'RUNNING', type] as const) api.setFlowRunState(id, { type: state });
    }
    expect(kinds(await claim())).toEqual(['lost', 'lost', 'lost']);
    expect(statesOf(completed).at(-1)).toBe('Completed');
  });

  test.each(['PENDING', 'RUNNING', 'CANCELLED', 'CANCELLING', 'PAUSED'] as const)(
    'a run that has become %s is left alone',
    async (type) => {
      const { api, claim, created } = await listed(1, { version });
      const [id = ''] = created;
      if (type !== 'PENDING') api.setFlowRunState(id, { type: 'PENDING' });
      api.setFlowRunState(id, { type }, { force: true });
      expect(kinds(await claim())).toEqual(['lost']);
      expect(api.flowRun(id)?.state.type).toBe(type);
    },
  );

  test('a run that is gone is lost, and the others are claimed', async () => {
    const { claim, backend, runs } = await listed(2, { version });
    const [first, second] = runs;
    if (first === undefined || second === undefined) throw new Error('expected two runs');
    const gone = { ...first, id: '00000000-0000-4000-8000-00000000dead' };
    expect(kinds(await backend.claim([gone, second], CLAIMANT, never))).toEqual(['lost', 'claimed']);
    expect(kinds(await claim())).toEqual(['claimed', 'lost']);
  });

  test.each(['reset', 'status'] as const)('an answer that is lost (%s) loses no claim', async (kind) => {
    const faults: FaultPlan = ({ operation, sequence }) => {
      if (![BULK, SINGLE].includes(operation) || sequence > (version === PREFECT_2 ? 2 : 1)) return undefined;
      if (version === PREFECT_2 && operation === BULK) return undefined;
      return kind === 'reset'
        ? { kind, when: 'after' }
        : { kind, status: 503, body: '{"exception_message":"Service Unavailable"}', when: 'after' };
    };
    const { api, claim } = await listed(2, { version, faults });
    const claims = await claim();
    expect(kinds(claims)).toEqual(['claimed', 'claimed']);
    for (const { run } of claims) {
      const key = api.flowRun(run.id)?.state.state_details.transition_id;
      expect(run).toMatchObject({ claimKey: key });
    }
  });

  test.each([401, 403, 422, 429])(
    'an API that answers HTTP %i to claims is no other agent',
    async (status) => {
      const faults: FaultPlan = ({ operation }) =>
        operation === (version === PREFECT_2 ? SINGLE : BULK)
          ? { kind: 'status', status, when: 'before' }
          : undefined;
      const { claim, created, statesOf } = await listed(2, { version, faults });
      expect(kinds(await claim())).toEqual(['refused', 'refused']);
      expect(statesOf(created[0] ?? '')).toEqual(['Scheduled']);
    },
  );

  test('a claim of which nobody can say whether it took effect is unknown', async () => {
    const faults: FaultPlan = ({ operation }) => {
      const asked = version === PREFECT_2 ? SINGLE : BULK;
      return operation === asked ? { kind: 'reset', when: 'after' } : undefined;
    };
    const { claim } = await listed(1, { version, faults });
    expect(kinds(await claim())).toEqual(['unknown']);
  });
});

test('runs that are claimed already are not forgotten when the key for the other claims can’t be had', async () => {
  let isGone = false;
  const apiKey = () =>
    isGone ? Promise.reject(new AwsError('Expected the API key.')) : Promise.resolve(undefined);
  const { api, backend, createRuns, look } = await prefect3({}, { apiKey });
  createRuns(1);
  createRuns(1, 60_000);
  const { runs } = await look({ beforeMs: Date.now() + 75_000 });
  api.onStateChange(() => (isGone = true));
  expect(kinds(await backend.claim(runs, CLAIMANT, never))).toEqual(['claimed', 'refused']);
});

test('a claim that may be in force is not called refused for what is answered afterwards', async () => {
  const { claim } = await listed(1, {
    faults: ({ operation, sequence }) => {
      if (operation !== BULK) return undefined;
      return sequence === 1
        ? { kind: 'reset', when: 'after' }
        : { kind: 'status', status: 403, when: 'before' };
    },
  });
  expect(kinds(await claim())).toEqual(['unknown']);
});

test('a run for which its deployment has no room is lost, and waits as the server says', async () => {
  const { api, backend, look } = await prefect3();
  const { id: deploymentId } = api.createDeployment({ name: 'narrow', concurrencyLimit: 1 });
  for (let i = 0; i < 2; i += 1) api.createFlowRun({ deploymentId });
  const claims = await backend.claim((await look()).runs, CLAIMANT, never);
  expect(kinds(claims).sort()).toEqual(['claimed', 'lost']);
  expect(claims.find(({ kind }) => kind === 'lost')).toMatchObject({
    reason: expect.stringContaining('concurrency limit') as string,
  });
  const { runs } = await look({ beforeMs: Date.now() + 60_000 });
  expect(runs).toMatchObject([{ notBeforeMs: expect.any(Number) as number }]);
});

test('no run is given the slot of another, which would be gone with the run that it was given to', async () => {
  const { api, backend, createRuns, look } = await prefect3();
  const limited = [1, 2].map((i) => {
    const { id: deploymentId } = api.createDeployment({ name: `limited-${i}`, concurrencyLimit: 1 });
    return api.createFlowRun({ deploymentId }).id;
  });
  const others = createRuns(3);
  expect(kinds(await backend.claim((await look()).runs, CLAIMANT, never))).toEqual(Array(5).fill('claimed'));
  const leaseOf = (id: string) => api.flowRun(id)?.state.state_details.deployment_concurrency_lease_id;
  expect(others.map(leaseOf)).toEqual([null, null, null]);
  expect(new Set(limited.map(leaseOf))).toHaveLength(2);
  expect(limited.map(leaseOf)).not.toContain(null);
  expect(api.calls[BULK]).toBe(3);
});

test('the slots of a deployment go to the oldest runs, and none is asked for once one is refused', async () => {
  const { api, backend, look } = await prefect3();
  const { id: deploymentId } = api.createDeployment({ name: 'narrow', concurrencyLimit: 2 });
  const inOrder = [-9000, -8000, -7000, -6000, -5000].map((ms) => {
    const scheduledTime = new Date(Date.now() + ms).toISOString();
    return api.createFlowRun({ deploymentId, scheduledTime }).id;
  });
  const claims = await backend.claim((await look()).runs, CLAIMANT, never);
  expect(ids(claims)).toEqual(inOrder);
  expect(kinds(claims)).toEqual(['claimed', 'claimed', 'lost', 'lost', 'lost']);
  expect(api.calls[BULK]).toBe(3);
  expect(inOrder.map((id) => api.flowRun(id)?.state.name)).toEqual([
    ...['Pending', 'Pending', 'AwaitingConcurrencySlot', 'Scheduled', 'Scheduled'],
  ]);
});

test('runs that their deployment wants cancelled for want of a slot are all shown to the server', async () => {
  const { api, backend, look } = await prefect3();
  const limit = { concurrencyLimit: 1, collisionStrategy: 'CANCEL_NEW' } as const;
  const { id: deploymentId } = api.createDeployment({ name: 'narrow', ...limit });
  for (let i = 0; i < 3; i += 1) api.createFlowRun({ deploymentId });
  const claims = await backend.claim((await look()).runs, CLAIMANT, never);
  expect(claims.map(({ run }) => api.flowRun(run.id)?.state.type)).toEqual([
    'PENDING',
    'CANCELLED',
    'CANCELLED',
  ]);
});

test('a server without bulk claims is asked for them once', async () => {
  const { api, claim, createRuns, look, backend } = await listed(2, { version: PREFECT_2 });
  await claim();
  createRuns(1);
  await backend.claim((await look()).runs, CLAIMANT, never);
  expect([api.calls[BULK], api.calls[SINGLE]]).toEqual([1, 3]);
});

test('an earlier claim that was put back is claimed as such', async () => {
  const { api, backend, claim, created, look } = await listed(1);
  await claim();
  const [id = ''] = created;
  const settlement = { kind: 'put-back', held: 'claimed', flowRunId: id, reason: 'No room.' } as const;
  await backend.settle([{ ...settlement, startTimeMs: Date.now() }], CLAIMANT, never);
  await backend.claim((await look()).runs, CLAIMANT, never);
  const message = 'Claimed again by agent "agent" in invocation "invocation-1"';
  expect(api.flowRun(id)?.state.message).toBe(message);
  expect(await backend.held([id], 'agent', never)).toMatchObject([{ claim: { isRepeated: true } }]);
});
