import { expect, test } from 'vitest';
import { deployed } from '../../support/deployed.ts';

test('the built function launches a due run as a process that reports back, and says what that cost', async () => {
  const { sandbox, flow, poll } = await deployed();
  const { id } = sandbox.prefect1.createFlowRun({ flowId: flow.id });
  const { result } = await poll();
  expect(result).toMatchObject({
    agent: 'agent',
    dryRun: false,
    polls: 2,
    found: 1,
    claimed: 1,
    started: 1,
    calls: {
      prefect: {
        tenant: 1,
        register_agent: 1,
        hello: 1,
        get_runs_in_queue: 2,
        flow_run: 1,
        set_flow_run_states: 1,
        write_run_logs: 1,
      },
      ecs: { DescribeTaskDefinition: 1, RegisterTaskDefinition: 1, RunTask: 1 },
    },
  });
  await expect.poll(() => sandbox.prefect1.flowRun(id)?.state, { timeout: 15_000 }).toBe('Success');
});

test('a run is launched ahead of its start time, and its process starts on time', async () => {
  const { sandbox, flow, poll } = await deployed();
  const startTime = new Date(Math.ceil(Date.now() / 1000 + 2) * 1000).toISOString();
  const { id } = sandbox.prefect1.createFlowRun({ flowId: flow.id, startTime });
  const { result } = await poll();
  expect(result).toMatchObject({ started: 1, runs: [{ outcome: 'started' }] });
  const [run] = result.dryRun ? [] : result.runs;
  expect(run?.lateMs).toBeLessThan(0);
  await expect.poll(() => sandbox.prefect1.flowRun(id)?.state, { timeout: 15_000 }).toBe('Success');
  const started = sandbox.prefect1.flowRun(id)?.start_time ?? '';
  expect(Date.parse(started)).toBeGreaterThanOrEqual(Date.parse(startTime));
});

test('without a lead a run is left in the queue until its start time', async () => {
  const { sandbox, flow, poll } = await deployed({ PREFECT__CLOUD__AGENT__LEAD_SECONDS: '0' });
  const startTime = new Date(Date.now() + 60_000).toISOString();
  sandbox.prefect1.createFlowRun({ flowId: flow.id, startTime });
  expect((await poll()).result).toMatchObject({ found: 0 });
});

test('a dry run tells of the runs that a poll would launch ahead', async () => {
  const { sandbox, flow, poll } = await deployed();
  const startTime = new Date(Date.now() + 60_000).toISOString();
  const { id: flowRunId } = sandbox.prefect1.createFlowRun({ flowId: flow.id, startTime });
  const { result } = await poll({ dryRun: true });
  expect(result).toMatchObject({ runs: [{ flowRunId, startTime, action: 'launch' }] });
});

test('a warm function registers no agent and describes no definition a second time', async () => {
  const { sandbox, flow, poll } = await deployed();
  sandbox.prefect1.createFlowRun({ flowId: flow.id });
  await poll();
  sandbox.prefect1.createFlowRun({ flowId: flow.id });
  const { result } = await poll();
  expect(result.calls).toEqual({
    prefect: {
      'flow_run (sweep)': 1,
      get_runs_in_queue: 2,
      flow_run: 1,
      set_flow_run_states: 1,
      write_run_logs: 1,
    },
    ecs: { RunTask: 1 },
  });
});

test('an idle poll of a warm function is two requests, one of them the sweep’s, and two calls to DynamoDB', async () => {
  const { sandbox, poll } = await deployed();
  await poll();
  const { result } = await poll({ source: 'aws.events', detail: {} });
  expect(result.calls).toEqual({
    prefect: { 'flow_run (sweep)': 1, get_runs_in_queue: 1 },
    ecs: {},
  });
  expect(sandbox.dynamo.calls).toEqual({ UpdateItem: 4 });
});

test('a dry run says what would be done and does nothing', async () => {
  const { sandbox, flow, poll, health } = await deployed({
    PREFECT__CLOUD__AGENT__ENV_VARS: '{"DB_PASSWORD": "canary", "REGION": "eu"}',
  });
  const { prefect1, ecs } = sandbox;
  const launch = prefect1.createFlowRun({ flowId: flow.id });
  const wrong = prefect1.createFlowRun({ flowId: flow.id, runConfig: { type: 'LocalRun' } });
  const { result } = await poll({ dryRun: true });
  expect(result).toMatchObject({
    dryRun: true,
    runs: [
      {
        flowRunId: launch.id,
        action: 'launch',
        taskDefinition: expect.stringMatching(/^prefect-/) as string,
      },
      {
        flowRunId: wrong.id,
        action: 'fail',
        reason: `Flow run ${wrong.id} has a \`run_config\` of type \`LocalRun\`, only \`ECSRun\` is supported`,
      },
    ],
    calls: { prefect: { tenant: 1, get_runs_in_queue: 1, flow_run: 1 }, ecs: {} },
  });
  const text = JSON.stringify(result);
  expect(text).toContain('"name":"PREFECT__BACKEND","value":"server"');
  expect(text).toContain('"name":"DB_PASSWORD","value":"[not shown]"');
  expect(text).not.toContain('canary');
  expect([prefect1.agents(), ecs.tasks(), ecs.calls]).toEqual([[], [], {}]);
  expect(prefect1.flowRuns().map(({ state }) => state)).toEqual(['Scheduled', 'Scheduled']);
  expect((await health()).statusCode).toBe(503);
});

test('the function logs one JSON object a line, with the request’s id, and the flow run’s where it is about one', async () => {
  const { sandbox, flow, poll, logs } = await deployed();
  const { id: flowRunId } = sandbox.prefect1.createFlowRun({ flowId: flow.id });
  await poll();
  await expect.poll(() => logs.length).toBeGreaterThan(3);
  for (const line of logs.filter((one) => !one.includes('"_aws"'))) {
    expect(JSON.parse(line)).toMatchObject({
      level: 'INFO',
      function_request_id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
    });
  }
  const aboutRun = logs.filter((line) => line.includes(`flow run ${flowRunId}`));
  expect(aboutRun.map((line) => JSON.parse(line) as unknown)).toMatchObject([{ flowRunId }, { flowRunId }]);
});

test('a slow API still makes progress: runs are claimed, launched, told and put back', async () => {
  const { sandbox, flow, poll } = await deployed(
    {},
    {
      faults: ({ service, operation, sequence }) => {
        if (service === 'prefect') return { kind: 'delay', ms: 500 };
        return operation === 'RunTask' && sequence === 2
          ? { kind: 'failures', reason: 'Capacity is unavailable at this time.' }
          : undefined;
      },
    },
  );
  const ids = ['a', 'b', 'c'].map((name) => sandbox.prefect1.createFlowRun({ flowId: flow.id, name }).id);
  const { result } = await poll();
  expect(result).toMatchObject({ claimed: 3, started: 2, putBack: 1 });
  const told = ids.map((id) => sandbox.prefect1.logs(id).map(({ message }) => message));
  expect(told.filter(([first]) => first?.startsWith('Submitted for execution: Task ') === true)).toHaveLength(
    2,
  );
  const states = ids.map((id) => sandbox.prefect1.flowRun(id)?.serialized_state);
  expect(JSON.stringify(states)).toContain('Capacity is unavailable');
});
