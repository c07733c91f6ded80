import { expect, test } from 'vitest';
import { CLAIMANT, IDENTITY, never, prefect1 } from '../../support/prefect1.ts';

const LONG_AGO = '2020-01-01T00:00:00Z';

/** A sweep that looks at whatever age. */
const everything = () => ({
  agent: 'agent',
  claimedBeforeMs: Date.now() + 1000,
  cancelledAfterMs: 0,
  cancelledBeforeMs: Date.now() + 1000,
});

async function claimed(count: number) {
  const world = await prefect1();
  const { api, backend } = world;
  await backend.connect(IDENTITY, never);
  const flow = api.createFlow({ name: 'etl' });
  const createRuns = (many: number) =>
    Array.from({ length: many }, () => api.createFlowRun({ flowId: flow.id }).id);
  const ids = createRuns(count);
  const look = () =>
    backend.look({ labels: [], beforeMs: Date.now() + 1000, except: new Set<string>() }, never);
  const claims = await backend.claim((await look()).runs, CLAIMANT, never);
  return { ...world, ids, claims, createRuns, look, sweep: () => backend.sweep(everything(), never) };
}

test('a sweep finds the agent’s claims, with the keys that their tasks were launched with', async () => {
  const { claims, ids, sweep } = await claimed(2);
  const held = await sweep();
  expect(held.map(({ run }) => run.id).sort()).toEqual([...ids].sort());
  for (const one of held) {
    const claim = claims.find(({ run }) => run.id === one.run.id);
    const claimKey = (claim?.run as { claimKey?: string } | undefined)?.claimKey;
    expect(one).toMatchObject({
      stage: 'claimed',
      claim: { claimKey, claimant: CLAIMANT, isRepeated: false },
    });
    expect(one.run).toMatchObject({ flow: { name: 'etl' } });
  }
});

test('a sweep that finds nothing is one request', async () => {
  const { api, sweep } = await claimed(0);
  const before = api.requests.length;
  expect(await sweep()).toEqual([]);
  expect(api.requests.length - before).toBe(1);
});

test('claims of other agents, and young ones, are left alone', async () => {
  const { backend, createRuns, look, sweep } = await claimed(1);
  const [other = ''] = createRuns(1);
  await backend.claim((await look()).runs, { agent: 'other', invocation: '1' }, never);
  expect((await sweep()).map(({ run }) => run.id)).not.toContain(other);
  const young = { ...everything(), claimedBeforeMs: Date.now() - 120_000 };
  expect(await backend.sweep(young, never)).toEqual([]);
  expect(await backend.held([other], 'agent', never)).toEqual([]);
});

test('a claim of a run that has run before is found as well', async () => {
  const { api, backend, createRuns, look, sweep } = await claimed(0);
  const [id = ''] = createRuns(1);
  for (const type of ['Running', 'Failed']) api.setFlowRunState(id, { type });
  api.setFlowRunState(id, { type: 'Scheduled', start_time: LONG_AGO });
  await backend.claim((await look()).runs, CLAIMANT, never);
  expect(await sweep()).toMatchObject([{ run: { id }, stage: 'claimed' }]);
});

test('claimed retries of a run that is Running are found, with the key of the claim', async () => {
  const { api, backend, look, sweep } = await claimed(0);
  const flow = api.createFlow({ name: 'retrying', tasks: [{ slug: 'extract-1' }] });
  const { id } = api.createFlowRun({ flowId: flow.id, state: { type: 'Running' } });
  const [taskRun] = api.taskRuns(id);
  if (taskRun === undefined) throw new Error('expected a task run');
  api.setTaskRunState(taskRun.id, { type: 'Retrying', start_time: LONG_AGO });
  const [claim] = await backend.claim((await look()).runs, CLAIMANT, never);
  const { claimKey } = claim?.run as { claimKey?: string };
  expect(await sweep()).toMatchObject([{ run: { id }, stage: 'resuming', claim: { claimKey } }]);
});

test('a run that a user cancels before it begins is found', async () => {
  const { api, ids, sweep } = await claimed(1);
  const [id = ''] = ids;
  api.cancel(id);
  expect(await sweep()).toMatchObject([{ run: { id }, stage: 'cancelled' }]);
});

test.each([
  ['Running', 'running'],
  ['Cancelled', 'cancelled'],
  ['Cancelling', 'cancelling'],
  ['Success', undefined],
] as const)('what a run that is %s is to the agent: %s', async (type, stage) => {
  const { api, backend, ids } = await claimed(1);
  const [id = ''] = ids;
  api.setFlowRunState(id, { type });
  const held = await backend.held([id], 'agent', never);
  expect(held.map((one) => one.stage)).toEqual(stage === undefined ? [] : [stage]);
});
