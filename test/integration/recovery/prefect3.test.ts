import { expect, onTestFinished, test } from 'vitest';
import { CallCounter } from '../../../src/call-counter.ts';
import { createAgent } from '../../../src/compose/create-agent.ts';
import { MemoryControlStore } from '../../../src/control/memory-control-store.ts';
import { handleTaskStopped } from '../../../src/functions/handle-task-stopped.ts';
import type { EcsOptions } from '../../../src/sandbox/ecs/ecs-server.ts';
import type { FaultPlan } from '../../../src/sandbox/faults.ts';
import { startPrefect3 } from '../../../src/sandbox/prefect3/prefect3-server.ts';
import { loadSettings } from '../../../src/settings/load-settings.ts';
import { ecsForAgent } from '../../support/ecs-for-agent.ts';
import { template } from '../../support/job.ts';
import { JumpingClock } from '../../support/jumping-clock.ts';
import { never } from '../../support/prefect1.ts';
import { RecordingLogger } from '../../support/recording-logger.ts';

const NO_IMAGE = {
  stopCode: 'TaskFailedToStart',
  stoppedReason: 'CannotPullContainerError: etl:1: not found',
} as const;

/** A Prefect 3 and an ECS on one clock, and the agent between them. */
async function world(ecsOptions: Partial<EcsOptions> = {}, faults?: FaultPlan) {
  const clock = new JumpingClock();
  const api = await startPrefect3({ clock, ...(faults && { faults }) });
  onTestFinished(() => api.close());
  const { ecs } = await ecsForAgent({ clock, ...ecsOptions });
  api.createWorkPool({ base_job_template: { ...template() } });
  const { id: deploymentId } = api.createDeployment();
  const settings = await loadSettings({
    AWS_LAMBDA_FUNCTION_NAME: 'poll',
    PREFECT_API_URL: api.endpoint,
    PREFECT_WORK_POOL: 'ecs-pool',
    PREFECT__CLOUD__AGENT__ECS__SUBNETS: 'subnet-0a1b2c3d',
  });
  const logger = new RecordingLogger();
  const created = await createAgent(settings, { logger, calls: new CallCounter(), clock });
  const { agent, backend } = created;
  return {
    api,
    backend,
    clock,
    ecs,
    logger,
    createRun: () => api.createFlowRun({ deploymentId }).id,
    start: () => agent.start({ deadlineMs: clock.now() + 50_000 }),
    /** What an invocation leaves behind that ends after the claim. */
    claimOnly: async () => {
      const query = { labels: [], beforeMs: clock.now() + 1000, except: new Set<string>() };
      const { runs } = await backend.look(query, never);
      return backend.claim(runs, { agent: 'agent', invocation: 'dead' }, never);
    },
    stateOf: (id: string) => api.flowRun(id)?.state,
    hear: async (taskArn: string) => {
      const clusterArn = 'arn:aws:ecs:us-east-1:123456789012:cluster/default';
      const invocation = { id: 'event', remainingMs: 30_000 };
      const warm = { settings, clock, control: new MemoryControlStore(), logger, ...created };
      return handleTaskStopped(warm, { clusterArn, taskArn }, invocation);
    },
    tokens: () =>
      ecs.requests
        .filter(({ operation }) => operation === 'RunTask')
        .map(({ input }) => (input as { clientToken?: string }).clientToken),
  };
}

test('a run whose deployment is not shown to the agent is left in the queue: the pool alone would make another task of it', async () => {
  const hidden: FaultPlan = ({ operation }) =>
    operation === 'POST /deployments/filter'
      ? { kind: 'status', status: 200, body: '[]', when: 'before' }
      : undefined;
  const { createRun, ecs, start, stateOf } = await world({}, hidden);
  const id = createRun();
  await expect(start()).rejects.toThrow(/Expected the deployment .* Check that the key may read deployments/);
  expect([ecs.tasks(), stateOf(id)?.name]).toEqual([[], 'Scheduled']);
});

test('a run whose deployment was deleted while it was claimed is failed once it is back in the queue', async () => {
  const { api, claimOnly, createRun, ecs, start, stateOf } = await world();
  const id = createRun();
  await claimOnly();
  api.send('DELETE', `/deployments/${api.flowRun(id)?.deployment_id ?? ''}`);
  api.setFlowRunState(id, { type: 'SCHEDULED', name: 'AwaitingRetry' });
  expect(await start()).toMatchObject({ failed: 1 });
  expect(stateOf(id)).toMatchObject({
    name: 'Crashed',
    message: expect.stringContaining('was deleted') as string,
  });
  expect(ecs.tasks()).toEqual([]);
});

test('the log calls what a failed run becomes as Prefect 3 does', async () => {
  const { api, clock, logger, start, stateOf } = await world();
  const { id: deploymentId } = api.createDeployment({ name: 'wrong', jobVariables: { command: 'a "b' } });
  const { id } = api.createFlowRun({ deploymentId });
  clock.jump(1);
  expect(await start()).toMatchObject({ failed: 1 });
  expect(stateOf(id)?.name).toBe('Crashed');
  expect(logger.messages('error').join()).toContain(`Updating flow run ${id} state to Crashed...`);
});

test('a claim whose invocation died before the launch is launched by a later one, once', async () => {
  const { claimOnly, clock, createRun, ecs, start, stateOf, api } = await world();
  const id = createRun();
  await claimOnly();
  const { transition_id: claimKey } = stateOf(id)?.state_details ?? {};
  await start();
  expect(ecs.tasks()).toEqual([]);
  clock.jump(121);
  await start();
  await start();
  expect(ecs.tasks()).toHaveLength(1);
  expect(ecs.tasks()[0]?.tags).toContainEqual({ key: 'prefect:claim-key', value: claimKey });
  expect(stateOf(id)).toMatchObject({ type: 'PENDING' });
  expect(api.flowRun(id)?.infrastructure_pid).toContain(ecs.tasks()[0]?.taskArn);
});

test('a task that lives is left alone, and a run that waits for it', async () => {
  const { clock, createRun, ecs, start, tokens } = await world();
  createRun();
  await start();
  clock.jump(121);
  await start();
  expect([ecs.tasks().length, tokens().length]).toEqual([1, 1]);
});

test('a run whose tasks never start is put back with growing delays, and Crashed the third time', async () => {
  const { clock, createRun, start, stateOf, tokens, api } = await world({ startFailure: () => NO_IMAGE });
  const id = createRun();
  for (let attempt = 0; attempt < 3; attempt += 1) {
    await start();
    expect(stateOf(id)?.type).toBe('PENDING');
    clock.jump(121);
    await start().catch(() => undefined);
    if (attempt < 2) expect(stateOf(id)).toMatchObject({ type: 'SCHEDULED', name: 'AwaitingRetry' });
    clock.jump(300);
  }
  expect(stateOf(id)).toMatchObject({
    type: 'CRASHED',
    message: expect.stringContaining('3 tasks') as string,
  });
  expect(new Set(tokens()).size).toBe(3);
  expect(api.logs(id).at(-1)?.message).toContain('CannotPullContainerError');
});

test('an event of a stopped task puts its run back at once', async () => {
  const { createRun, ecs, hear, start, stateOf } = await world({ startFailure: () => NO_IMAGE });
  const id = createRun();
  await start();
  await expect.poll(() => ecs.tasks()[0]?.lastStatus).toBe('STOPPED');
  const arn = ecs.tasks()[0]?.taskArn ?? '';
  expect(await hear(arn)).toEqual({ decision: 'put-back', flowRunId: id });
  expect(stateOf(id)).toMatchObject({ type: 'SCHEDULED', name: 'AwaitingRetry' });
  expect(await hear(arn)).toMatchObject({ decision: 'ignored' });
});

test('the task of a run that a user cancels before it begins is stopped, and the run Cancelled', async () => {
  const { api, clock, createRun, ecs, start, stateOf } = await world();
  const id = createRun();
  await start();
  api.cancel(id);
  expect(stateOf(id)?.type).toBe('CANCELLING');
  clock.jump(61);
  await start();
  await expect.poll(() => ecs.tasks()[0]?.lastStatus).toBe('STOPPED');
  await start();
  expect(stateOf(id)?.type).toBe('CANCELLED');
});

test('a run that another worker has launched is not cancelled under it', async () => {
  const { api, backend, clock, createRun, start, stateOf } = await world();
  const id = createRun();
  api.setFlowRunState(id, { type: 'PENDING' });
  await backend.recordLaunches?.([{ flowRunId: id, infrastructureId: 'default::another' }], never);
  api.cancel(id);
  clock.jump(61);
  await start();
  expect(stateOf(id)?.type).toBe('CANCELLING');
});

test('a run that runs again after it was put back is not run twice by a late answer of the first claim', async () => {
  const { backend, claimOnly, clock, createRun, start, ecs, tokens } = await world();
  const id = createRun();
  const [claim] = await claimOnly();
  if (claim?.kind !== 'claimed') throw new Error('expected a claim');
  const putBack = { kind: 'put-back', held: 'claimed', flowRunId: id, reason: 'No room.' } as const;
  const by = { agent: 'agent', invocation: 'dead' };
  await backend.settle([{ ...putBack, startTimeMs: clock.now() + 1000 }], by, never);
  clock.jump(2);
  await start();
  expect(await backend.claim([claim.run], by, never)).toMatchObject([{ kind: 'lost' }]);
  expect([ecs.tasks().length, tokens().length]).toEqual([1, 1]);
});
