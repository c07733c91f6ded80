import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { systemClock } from '../../../../src/clock.ts';
import { type Prefect3Sandbox, startPrefect3 } from '../../../../src/sandbox/prefect3/prefect3-server.ts';
import type { StateInput } from '../../../../src/sandbox/prefect3/state.ts';

const bin = join(import.meta.dirname, '../../../../src/sandbox/bin');

/** Runs the command as a container does: through a shell, with the stand-in on the PATH. */
async function execute(api: Prefect3Sandbox, flowRunId: string, seconds = '0.05') {
  const child = spawn('/bin/sh', ['-c', 'prefect flow-run execute'], {
    env: {
      PATH: `${bin}:${dirname(process.execPath)}`,
      PREFECT_API_URL: api.endpoint,
      PREFECT_API_AUTH_STRING: 'admin:pass',
      PREFECT__FLOW_RUN_ID: flowRunId,
      PREFECT__SANDBOX__FLOW_SECONDS: seconds,
    },
  });
  const exited = new Promise<number | null>((resolve) => child.on('close', resolve));
  const [out, code] = await Promise.all([text(child.stdout), exited]);
  return { out, code };
}

async function start() {
  const api = await startPrefect3({ clock: systemClock, authString: 'admin:pass' });
  api.createWorkPool();
  const { id: deploymentId } = api.createDeployment();
  const states: string[] = [];
  return { api, deploymentId, states };
}

test.each<[string, readonly StateInput[], Record<string, unknown>, number, string[]]>([
  ['a claimed run', [{ type: 'PENDING' }], {}, 0, ['RUNNING', 'COMPLETED']],
  ['a run that is to fail', [{ type: 'PENDING' }], { outcome: 'Failed' }, 0, ['RUNNING', 'FAILED']],
  ['a run that is to crash', [{ type: 'PENDING' }], { outcome: 'Crashed' }, 1, ['RUNNING']],
  ['a run that nobody claimed', [], {}, 0, ['RUNNING', 'COMPLETED']],
  ['a run that has ended', [{ type: 'COMPLETED' }], {}, 0, ['RUNNING', 'COMPLETED']],
  ['a run that is being cancelled', [{ type: 'PENDING' }, { type: 'CANCELLING' }], {}, 0, ['CANCELLED']],
])('%s', async (_, before, parameters, exitCode, expected) => {
  const { api, deploymentId, states } = await start();
  await using _api = api;
  const { id } = api.createFlowRun({ deploymentId, parameters });
  for (const state of before) api.setFlowRunState(id, state);
  api.onStateChange((event) => states.push(event.to.type));
  const { code, out } = await execute(api, id);
  expect(out).toContain('stand-in');
  expect({ code, states }).toEqual({ code: exitCode, states: expected });
});

test('a run that was launched ahead waits for its start time', async () => {
  const { api, deploymentId } = await start();
  await using _api = api;
  const startMs = Date.now() + 2500;
  const { id } = api.createFlowRun({ deploymentId, scheduledTime: new Date(startMs).toISOString() });
  api.setFlowRunState(id, { type: 'PENDING' });
  await execute(api, id);
  const run = api.flowRun(id);
  expect(run?.state_type).toBe('COMPLETED');
  // The server rounds the wait to seconds.
  expect(Date.parse(run?.start_time ?? '') - startMs).toBeGreaterThan(-500);
});

test('a run that is cancelled meanwhile ends as cancelled', async () => {
  const { api, deploymentId } = await start();
  await using _api = api;
  const { id } = api.createFlowRun({ deploymentId });
  api.onStateChange(({ to }) => {
    if (to.type === 'RUNNING') setImmediate(() => api.cancel(id));
  });
  await execute(api, id, '0.3');
  expect(api.states(id).map(({ type }) => type)).toEqual(['SCHEDULED', 'RUNNING', 'CANCELLING', 'CANCELLED']);
});
