import { expect, test } from 'vitest';
import type { Fault } from '../../../src/sandbox/faults.ts';
import { deployed } from '../../support/deployed.ts';

const ALL = { PREFECT__CLOUD__AGENT__METRICS: 'all' };

/** The metrics that the log holds. */
async function metricsIn(logs: readonly string[], lines: number) {
  const found = () => logs.filter((line) => line.includes('"_aws"'));
  await expect.poll(() => found().length).toBe(lines);
  return found().map((line) => JSON.parse(line) as Record<string, unknown>);
}

test('an invocation that starts runs writes its metrics as one line; an idle one writes none', async () => {
  const { sandbox, flow, poll, logs } = await deployed(ALL);
  await poll();
  const startTime = new Date(Date.now() - 5000).toISOString();
  sandbox.prefect1.createFlowRun({ flowId: flow.id, startTime });
  await poll();
  await poll();
  const [metrics] = await metricsIn(logs, 1);
  expect(metrics).toMatchObject({
    FunctionName: 'poll',
    agent: 'agent',
    function_request_id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
    FlowRunsDue: 1,
    FlowRunsClaimed: 1,
    FlowRunsStarted: 1,
  });
  const [lateness] = metrics?.['LatenessSeconds'] as number[];
  expect(lateness).toBeGreaterThan(5);
  for (const absent of ['FlowRunsPutBack', 'LaunchesFailed', 'Throttles', 'CircuitOpen']) {
    expect(metrics).not.toHaveProperty(absent);
  }
});

test('throttles are counted, of ECS and of the Prefect API', async () => {
  const fault = (operation: string): Fault =>
    operation === 'RunTask'
      ? { kind: 'error', type: 'ThrottlingException', message: 'Rate exceeded', when: 'before' }
      : { kind: 'status', status: 429, headers: { 'retry-after': '1' }, when: 'before' };
  const { sandbox, flow, poll, logs } = await deployed(ALL, {
    faults: ({ operation, sequence }) =>
      ['RunTask', 'get_runs_in_queue'].includes(operation) && sequence === 1 ? fault(operation) : undefined,
  });
  sandbox.prefect1.createFlowRun({ flowId: flow.id });
  expect((await poll()).result).toMatchObject({ started: 1, calls: { throttles: 2 } });
  expect(await metricsIn(logs, 1)).toMatchObject([{ Throttles: 2 }]);
});

test('an invocation that fails writes its metrics as well, and its calls are not counted to the next', async () => {
  const state: { fault: Fault | undefined } = {
    fault: {
      kind: 'error',
      type: 'AccessDeniedException',
      message: 'not authorized to perform: ecs:RunTask',
      when: 'before',
    },
  };
  const { sandbox, flow, poll, logs } = await deployed(ALL, {
    faults: ({ operation }) => (operation === 'RunTask' ? state.fault : undefined),
    timeoutMs: 35_000,
  });
  for (let i = 0; i < 3; i += 1) {
    sandbox.prefect1.createFlowRun({ flowId: flow.id });
    await poll();
  }
  const lines = await metricsIn(logs, 3);
  expect(lines[0]).toMatchObject({ FlowRunsPutBack: 1, EcsCalls: 3 });
  expect(lines[0]).not.toHaveProperty('CircuitOpen');
  expect(lines[2]).toMatchObject({ FlowRunsPutBack: 1, EcsCalls: 1, CircuitOpen: 1 });
  // Nothing is due: the circuit is open all the same.
  const { result } = await poll();
  expect(result.calls.ecs).toEqual({});
  expect((await metricsIn(logs, 4))[3]).toMatchObject({ CircuitOpen: 1 });
});
