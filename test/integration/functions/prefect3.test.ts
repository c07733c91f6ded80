import { expect, test } from 'vitest';
import { deployed } from '../../support/deployed.ts';
import { template } from '../../support/job.ts';

type Change = Parameters<typeof deployed>[0];

/** The built functions for a work pool that has the genuine worker's template, and a deployment in it. */
async function deployed3(change: Change = {}) {
  const world = await deployed(change, { generation: 3 });
  const { prefect3 } = world.sandbox;
  await fetch(`${prefect3.endpoint}/work_pools/ecs-pool`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ base_job_template: template() }),
  });
  const { id: deploymentId } = prefect3.createDeployment({
    jobVariables: { cpu: 256, memory: 512, env: { GREETING: 'hello' } },
  });
  const createRuns = (count: number) =>
    Array.from({ length: count }, () => prefect3.createFlowRun({ deploymentId }).id);
  return { ...world, prefect3, deploymentId, createRuns };
}

test('the built function launches a due run of a work pool as a process that reports back', async () => {
  const { sandbox, prefect3, createRuns, poll, health, deploymentId } = await deployed3();
  const [id = ''] = createRuns(1);
  const { result, error } = await poll();
  expect(error).toBeUndefined();
  expect(result).toMatchObject({ agent: 'agent', polls: 2, found: 1, claimed: 1, started: 1 });
  await expect.poll(() => prefect3.flowRun(id)?.state.type, { timeout: 15_000 }).toBe('COMPLETED');
  const [task] = sandbox.ecs.tasks();
  const [container] = task?.overrides?.containerOverrides ?? [];
  const environment = Object.fromEntries(
    (container?.environment ?? []).map(({ name = '', value }) => [name, value]),
  );
  expect(environment).toMatchObject({
    GREETING: 'hello',
    PREFECT_API_URL: prefect3.endpoint,
    PREFECT__FLOW_RUN_ID: id,
    PREFECT__DEPLOYMENT_ID: deploymentId,
    PREFECT__WORKER_NAME: 'agent',
  });
  expect(prefect3.flowRun(id)?.infrastructure_pid).toMatch(/^\S+::arn:aws:ecs:\S+:task\/\S+$/);
  expect(prefect3.logs(id)[0]?.message).toMatch(/^Submitted for execution: Task arn:/);
  expect((await health()).statusCode).toBe(200);
});

test('a run is launched ahead of its start time, and its process starts on time', async () => {
  const { prefect3, poll, deploymentId } = await deployed3();
  const scheduledTime = new Date(Date.now() + 4000).toISOString();
  const { id } = prefect3.createFlowRun({ deploymentId, scheduledTime });
  const { result } = await poll();
  const [run] = result.dryRun ? [] : result.runs;
  expect(run).toMatchObject({ outcome: 'started' });
  expect(run?.lateMs).toBeLessThan(0);
  await expect.poll(() => prefect3.flowRun(id)?.state.type, { timeout: 20_000 }).toBe('COMPLETED');
  const started = prefect3.flowRun(id)?.start_time ?? '';
  // The server has processes wait for whole seconds, rounded.
  expect(Date.parse(started)).toBeGreaterThanOrEqual(Date.parse(scheduledTime) - 500);
});

test('N due runs cost a warm function 6 + N requests, a heartbeat a minute, and the look that finds no more', async () => {
  const { createRuns, poll } = await deployed3();
  createRuns(1);
  const first = await poll();
  // The pool and the server's version are read once by a sandbox.
  expect(first.result.calls.prefect).toMatchObject({ work_pools: 1, 'admin/version': 1 });
  const N = 25;
  createRuns(N);
  const { result } = await poll();
  expect(result).toMatchObject({ started: N });
  const { 'flow_runs/filter': sweep, ...calls } = result.calls.prefect;
  expect(sweep).toBe(1);
  // The last heartbeat was sent a moment ago.
  expect(calls).toEqual({
    get_scheduled_flow_runs: 2,
    'deployments/filter': 1,
    'flows/filter': 1,
    bulk_set_state: 1,
    infrastructure_pid: N,
    logs: 1,
  });
});

test('a cold function reads beside that the pool, the version, the flows and the deployments once', async () => {
  const { createRuns, poll } = await deployed3();
  createRuns(10);
  const { result } = await poll();
  expect(result).toMatchObject({ started: 10 });
  // Until one is launched, runs are claimed one by one.
  expect(result.calls.prefect).toEqual({
    work_pools: 1,
    'flow_runs/filter': 1,
    heartbeat: 1,
    get_scheduled_flow_runs: 2,
    'deployments/filter': 1,
    'flows/filter': 1,
    'admin/version': 1,
    bulk_set_state: 2,
    infrastructure_pid: 10,
    logs: 2,
  });
});

test('an idle poll is three requests: the sweep, the list and the heartbeat', async () => {
  const { poll, cool } = await deployed3();
  await poll();
  await cool();
  const { result } = await poll();
  expect(result.calls).toEqual({
    prefect: { work_pools: 1, 'flow_runs/filter': 1, get_scheduled_flow_runs: 1, heartbeat: 1 },
    ecs: {},
  });
});

test('a dry run says what would be done and does nothing', async () => {
  const { prefect3, sandbox, createRuns, poll } = await deployed3({
    PREFECT__CLOUD__AGENT__ENV_VARS: '{"PASSWORD": "canary"}',
  });
  const [flowRunId = ''] = createRuns(1);
  const { result } = await poll({ dryRun: true });
  expect(result).toMatchObject({ runs: [{ flowRunId, action: 'launch' }] });
  expect(JSON.stringify(result)).not.toContain('canary');
  expect(JSON.stringify(result)).toContain(prefect3.endpoint);
  expect([sandbox.ecs.tasks(), prefect3.workers()]).toEqual([[], []]);
  expect(prefect3.flowRun(flowRunId)?.state.type).toBe('SCHEDULED');
});

test('a run whose job can’t be made is Crashed with the reason, and the others are launched', async () => {
  const { prefect3, createRuns, poll } = await deployed3();
  const [good = ''] = createRuns(1);
  const { id: deploymentId } = prefect3.createDeployment({
    name: 'wrong',
    jobVariables: { task_definition_arn: 'nowhere:1' },
  });
  const { id: wrong } = prefect3.createFlowRun({ deploymentId });
  expect((await poll()).result).toMatchObject({ started: 1, failed: 1 });
  expect(prefect3.flowRun(wrong)?.state).toMatchObject({ type: 'CRASHED', name: 'Crashed' });
  expect(prefect3.logs(wrong)[0]).toMatchObject({ level: 40 });
  expect(prefect3.logs(good)[0]).toMatchObject({ level: 20 });
});

test('an API that can’t be had fails the invocation, and health says so', async () => {
  const { poll, health } = await deployed3({ PREFECT_API_URL: 'http://127.0.0.1:9/api' });
  expect((await poll()).error?.errorMessage).toContain('The API could not be reached');
  expect((await health()).statusCode).toBe(503);
});

test('a pool of another type fails the invocation with what to do', async () => {
  const { poll, prefect3 } = await deployed3({ PREFECT_WORK_POOL: 'kubernetes' });
  prefect3.createWorkPool({ name: 'kubernetes', type: 'kubernetes' });
  expect((await poll()).error?.errorMessage).toMatch(/`kubernetes` to be of type ecs/);
});
