import { expect, test } from 'vitest';
import type { ControlStore } from '../../../src/control/control-record.ts';
import { MemoryControlStore } from '../../../src/control/memory-control-store.ts';
import { handlePoll } from '../../../src/functions/handle-poll.ts';
import { never } from '../../support/prefect1.ts';
import { recoveryWorld } from '../../support/recovery-world.ts';

const PAUSE = { sinceMs: 0, reason: 'new cluster' };
const NOTE = 'Paused since 1970-01-01T00:00:00.000Z: new cluster';

/** The poll function of an agent that is paused. */
async function paused() {
  const world = await recoveryWorld();
  const control: ControlStore = new MemoryControlStore();
  await control.pause(PAUSE, never);
  const poll = (event = {}, remainingMs = 50_000) =>
    handlePoll({ ...world, control }, event, { id: 'invocation', remainingMs });
  return { ...world, control, poll };
}

test('a paused agent looks for nothing, and says why; it claims again when it is resumed', async () => {
  const { poll, createRun, stateOf, control, logger } = await paused();
  const id = createRun();
  await poll();
  const { calls, ...result } = await poll();
  expect(result).toMatchObject({ polls: 0, found: 0, notes: [NOTE] });
  expect(calls).toEqual({ prefect: { 'flow_run (sweep)': 1 }, ecs: {} });
  expect(logger.messages('warn')).toContain(NOTE);
  expect(stateOf(id)).toBe('Scheduled');
  await control.pause(undefined, never);
  expect(await poll()).toMatchObject({ started: 1, notes: [] });
});

test('what is claimed already is recovered during a pause', async () => {
  const { poll, createRun, claimOnly, clock, ecs } = await paused();
  const id = createRun();
  await claimOnly();
  clock.jump(121);
  expect(await poll()).toMatchObject({ polls: 0, notes: [NOTE] });
  expect(ecs.tasks()).toMatchObject([{ startedBy: `agent/${id}` }]);
});

test('a dry run says what would be done were the agent not paused', async () => {
  const { poll, createRun } = await paused();
  const flowRunId = createRun();
  expect(await poll({ dryRun: true })).toMatchObject({ runs: [{ flowRunId }], notes: [NOTE] });
});

test('a pause ends the wait for what is due later, and that is not claimed', async () => {
  const { poll, api, flow, control, clock } = await paused();
  await control.pause(undefined, never);
  const startTime = new Date(clock.now() + 75_000 + 20_000).toISOString();
  const { id: flowRunId } = api.createFlowRun({ flowId: flow.id, startTime });
  const waiting = poll();
  await expect.poll(() => api.calls['get_runs_in_queue']).toBe(1);
  await control.pause(PAUSE, never);
  expect(await waiting).toMatchObject({ polls: 1, claimed: 0 });
  expect(api.flowRun(flowRunId)?.state).toBe('Scheduled');
});

test('an invocation that waits ends when another was asked to leave Prefect alone', async () => {
  const { poll, api, flow, control, clock } = await paused();
  await control.pause(undefined, never);
  const startTime = new Date(clock.now() + 75_000 + 20_000).toISOString();
  api.createFlowRun({ flowId: flow.id, startTime });
  const waiting = poll();
  // The sweep's and the look's: what follows is the wait.
  await expect.poll(() => api.calls['flow_run']).toBe(2);
  const record = await control.read(never);
  const atMs = clock.now();
  await control.replace(record, { ...record, lastPollMs: atMs, notBeforeMs: atMs + 60_000 }, never);
  const before = api.requests.length;
  expect(await waiting).toMatchObject({ polls: 1, notes: [expect.stringContaining('left alone')] });
  expect(api.requests.length).toBe(before);
});
