import { expect, test } from 'vitest';
import { CLAIMANT, never } from '../../support/prefect1.ts';
import { backend3For, prefect3 } from '../../support/prefect3.ts';

/** A sweep that looks at whatever age. */
const everything = () => ({
  agent: 'agent',
  claimedBeforeMs: Date.now() + 1000,
  cancelledAfterMs: 0,
  cancelledBeforeMs: Date.now() + 1000,
});

async function claimed(count: number) {
  const world = await prefect3();
  const ids = world.createRuns(count);
  const claims = await world.backend.claim((await world.look()).runs, CLAIMANT, never);
  return { ...world, ids, claims, sweep: () => world.backend.sweep(everything(), never) };
}

test('a sweep finds the agent’s claims, with the keys that their tasks were launched with', async () => {
  const { api, claims, ids, sweep } = await claimed(2);
  await backend3For(api.endpoint).backend.recordLaunches(
    [{ flowRunId: ids[0] ?? '', infrastructureId: 'a::b' }],
    never,
  );
  const held = await sweep();
  expect(held.map(({ run }) => run.id).sort()).toEqual([...ids].sort());
  for (const one of held) {
    const claim = claims.find(({ run }) => run.id === one.run.id);
    const claimKey = (claim?.run as { claimKey?: string } | undefined)?.claimKey;
    expect(one).toMatchObject({
      stage: 'claimed',
      claim: { claimKey, claimant: CLAIMANT, isRepeated: false },
    });
    expect(one.run).toMatchObject({ deployment: { name: 'deployment' }, flow: { name: 'demo' } });
  }
});

test('a sweep that finds nothing is one request', async () => {
  const { api, backend } = await prefect3();
  expect(await backend.sweep(everything(), never)).toEqual([]);
  expect(api.calls).toEqual({ 'POST /flow_runs/filter': 1 });
});

test('claims of other agents and workers, and young ones, are left alone', async () => {
  const { api, backend, createRuns, look } = await claimed(1);
  const [other = '', workers = ''] = createRuns(2);
  const { runs } = await look();
  const others = runs.filter(({ id }) => id === other);
  await backend.claim(others, { agent: 'other', invocation: '1' }, never);
  api.setFlowRunState(workers, { type: 'PENDING', state_details: { transition_id: other } });
  expect((await backend.sweep(everything(), never)).map(({ run }) => run.id)).not.toContain(other);
  const young = { ...everything(), claimedBeforeMs: Date.now() - 120_000 };
  expect(await backend.sweep(young, never)).toEqual([]);
  expect(await backend.held([other, workers], 'agent', never)).toEqual([]);
});

test('a claim that the observer of a worker has renamed is left to the observer', async () => {
  const { api, backend, ids, sweep } = await claimed(1);
  const [id = ''] = ids;
  expect(await sweep()).toHaveLength(1);
  api.setFlowRunState(id, { type: 'PENDING', name: 'InfrastructurePending' });
  expect([await sweep(), await backend.held([id], 'agent', never)]).toEqual([[], []]);
  api.cancel(id);
  expect(await sweep()).toMatchObject([{ stage: 'cancelling' }]);
});

test('a claim of a run that has run before is found as well', async () => {
  const { api, backend, createRuns, look, sweep } = await claimed(0);
  const [id = ''] = createRuns(1);
  for (const type of ['PENDING', 'RUNNING', 'FAILED'] as const) api.setFlowRunState(id, { type });
  api.setFlowRunState(id, { type: 'SCHEDULED', name: 'AwaitingRetry' });
  await backend.claim((await look()).runs, CLAIMANT, never);
  expect(api.flowRun(id)).toMatchObject({ start_time: expect.any(String) as string });
  expect(await sweep()).toMatchObject([{ run: { id }, stage: 'claimed' }]);
});

test('more claims than the API gives at once are read page by page', async () => {
  const { api, backend, look, createRuns, sweep } = await prefect3().then((world) => ({
    ...world,
    sweep: () => world.backend.sweep(everything(), never),
  }));
  createRuns(201);
  await backend.claim((await look()).runs, CLAIMANT, never);
  await backend.claim((await look()).runs, CLAIMANT, never);
  const before = api.calls['POST /flow_runs/filter'] ?? 0;
  expect(new Set((await sweep()).map(({ run }) => run.id)).size).toBe(201);
  expect((api.calls['POST /flow_runs/filter'] ?? 0) - before).toBe(2);
});

test('a run that a user cancels before it begins is found, and whether somebody has launched it', async () => {
  const { api, backend, ids, sweep } = await claimed(3);
  const [launched = '', unlaunched = '', begun = ''] = ids;
  await backend.recordLaunches([{ flowRunId: launched, infrastructureId: 'a::b' }], never);
  api.setFlowRunState(begun, { type: 'RUNNING' });
  for (const id of ids) api.cancel(id);
  const held = await sweep();
  expect(held.map(({ run, stage }) => [run.id, stage])).toEqual(
    expect.arrayContaining([
      [launched, 'cancelling'],
      [unlaunched, 'cancelling'],
    ]),
  );
  expect(held).toHaveLength(2);
  expect(held.find(({ run }) => run.id === launched)).toMatchObject({ isLaunched: true });
  expect(held.find(({ run }) => run.id === unlaunched)).toMatchObject({ isLaunched: false });
});

test.each([
  ['RUNNING', 'running'],
  ['CANCELLED', 'cancelled'],
  ['CANCELLING', 'cancelling'],
  ['COMPLETED', undefined],
] as const)('what a run that is %s is to the agent: %s', async (type, stage) => {
  const { api, backend, ids } = await claimed(1);
  const [id = ''] = ids;
  api.setFlowRunState(id, { type });
  const held = await backend.held([id], 'agent', never);
  expect(held.map((one) => one.stage)).toEqual(stage === undefined ? [] : [stage]);
});
