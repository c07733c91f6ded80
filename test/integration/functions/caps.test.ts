import { expect, test } from 'vitest';
import type { Prefect1Sandbox } from '../../../src/sandbox/prefect1/prefect1-server.ts';
import { deployed } from '../../support/deployed.ts';

/** Thirty runs that are due before all others, with a run config that is none. */
function enqueueUnreadable(prefect1: Prefect1Sandbox, flowId: string): void {
  const startTime = new Date(Date.now() - 60_000).toISOString();
  for (let i = 0; i < 30; i += 1)
    prefect1.createFlowRun({ flowId, startTime, labels: [], runConfig: 'ECSRun' as never });
}

test('thirty runs that nobody can read, ahead of a good one, don’t hide it', async () => {
  const { sandbox, flow, poll } = await deployed();
  const { prefect1 } = sandbox;
  enqueueUnreadable(prefect1, flow.id);
  const good = prefect1.createFlowRun({ flowId: flow.id });
  expect((await poll()).result).toMatchObject({ started: 1, failed: 30 });
  expect(prefect1.logs(good.id)[0]?.message).toContain('Submitted for execution');
});

test('thirty runs that can’t even be failed don’t hide a good one behind them', async () => {
  const { sandbox, flow, poll } = await deployed(
    {},
    {
      // The first two requests that set states are for the unreadable ones.
      faults: ({ operation, sequence }) =>
        operation === 'set_flow_run_states' && sequence <= 2
          ? { kind: 'status', status: 400, when: 'before' }
          : undefined,
    },
  );
  const { prefect1 } = sandbox;
  enqueueUnreadable(prefect1, flow.id);
  prefect1.createFlowRun({ flowId: flow.id });
  expect((await poll()).result).toMatchObject({ started: 1 });
});

test.each([
  ['fail', 'Failed'],
  ['cancel', 'Cancelled'],
])('runs that are too late are given up as LATE_RUNS says: %s', async (lateRuns, state) => {
  const { sandbox, flow, poll } = await deployed({
    PREFECT__CLOUD__AGENT__MAX_LATENESS_SECONDS: '3600',
    PREFECT__CLOUD__AGENT__LATE_RUNS: lateRuns,
  });
  const { prefect1 } = sandbox;
  const startTime = new Date(Date.now() - 3_700_000).toISOString();
  const { id } = prefect1.createFlowRun({ flowId: flow.id, startTime });
  prefect1.createFlowRun({ flowId: flow.id });
  expect((await poll()).result).toMatchObject({ claimed: 1, started: 1 });
  expect(prefect1.flowRun(id)?.state).toBe(state);
  expect(prefect1.logs(id).map(({ message }) => message)).toEqual([expect.stringContaining('370')]);
});

test('what is over the cap of tasks or of launches stays in the queue, untouched', async () => {
  const { sandbox, flow, poll } = await deployed({
    PREFECT__CLOUD__AGENT__ECS__MAX_TASKS_IN_FLIGHT: '3',
    PREFECT__CLOUD__AGENT__MAX_LAUNCHES: '2',
    // A task that lives on: its process waits for the start time.
    PREFECT__CLOUD__AGENT__LEAD_SECONDS: '75',
  });
  const { prefect1 } = sandbox;
  const startTime = new Date(Date.now() + 60_000).toISOString();
  const ids = Array.from({ length: 6 }, () => prefect1.createFlowRun({ flowId: flow.id, startTime }).id);
  const untouched = () => ids.filter((id) => prefect1.flowRun(id)?.state === 'Scheduled').length;
  const first = await poll();
  expect(first.result).toMatchObject({ started: 2, calls: { ecs: { ListTasks: 1 } } });
  expect(untouched()).toBe(4);
  expect((await poll()).result).toMatchObject({ started: 1 });
  const overLimit = 'Left 3 due flow run(s) in the queue: as many tasks are alive as may be.';
  expect((await poll()).result).toMatchObject({ started: 0, claimed: 0, overLimit });
  expect(untouched()).toBe(3);
});
