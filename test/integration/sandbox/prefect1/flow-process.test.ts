import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { systemClock } from '../../../../src/clock.ts';
import { startPrefect1 } from '../../../../src/sandbox/prefect1/prefect1-server.ts';
import type { Prefect1Sandbox } from '../../../../src/sandbox/prefect1/prefect1-server.ts';

const bin = join(import.meta.dirname, '../../../../src/sandbox/bin');

/** Runs the command as a container does: through a shell, with the stand-in on the PATH. */
async function prefect(command: string, env: Record<string, string>) {
  const child = spawn('/bin/sh', ['-c', `prefect ${command}`], {
    env: { PATH: `${bin}:${dirname(process.execPath)}`, ...env },
  });
  const exited = new Promise<number | null>((resolve) => child.on('close', resolve));
  const [out, code] = await Promise.all([text(child.stdout), exited]);
  return { out, code };
}

function executeFlowRun(api: Prefect1Sandbox, flowRunId: string, seconds = '0.05') {
  return prefect('execute flow-run', {
    PREFECT__CLOUD__API: api.endpoint,
    PREFECT__CLOUD__API_KEY: 'key',
    PREFECT__CONTEXT__FLOW_RUN_ID: flowRunId,
    PREFECT__SANDBOX__FLOW_SECONDS: seconds,
  });
}

const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString();

test.each<[string, object, Record<string, unknown>, number, string[]]>([
  ['a submitted run', { type: 'Submitted', state: { type: 'Scheduled' } }, {}, 0, ['Running', 'Success']],
  ['a run that is to fail', { type: 'Submitted' }, { outcome: 'Failed' }, 0, ['Running', 'Failed']],
  ['a run that is to crash', { type: 'Submitted' }, { outcome: 'Crashed' }, 1, ['Running']],
  ['a run that already runs', { type: 'Running' }, {}, 0, ['Running', 'Success']],
  [
    'a run that is due later',
    { type: 'Submitted', state: { type: 'Scheduled', start_time: inAnHour() } },
    {},
    0,
    [],
  ],
  ['a finished run', { type: 'Success' }, {}, 0, []],
  ['a cancelled run', { type: 'Cancelled' }, {}, 0, []],
])('%s', async (_, state, parameters, exitCode, expected) => {
  await using api = await startPrefect1({ clock: systemClock, apiKey: 'key', versionLocking: true });
  const run = api.createFlowRun({ flowId: api.createFlow({ name: 'etl' }).id, state, parameters });
  const states: string[] = [];
  api.onStateChange((event) => states.push(event.to.type));
  const { code, out } = await executeFlowRun(api, run.id);
  expect(out).toContain('stand-in');
  expect({ code, states }).toEqual({ code: exitCode, states: expected });
});

test('a run that is cancelled meanwhile ends as Cancelled', async () => {
  await using api = await startPrefect1({ clock: systemClock });
  const run = api.createFlowRun({ flowId: api.createFlow({ name: 'etl' }).id });
  api.onStateChange((event) => {
    if (event.to.type === 'Running') api.cancel(run.id);
  });
  await executeFlowRun(api, run.id);
  expect(api.flowRun(run.id)?.state).toBe('Cancelled');
});

test.each([
  [
    'an unknown run',
    'execute flow-run',
    { PREFECT__CONTEXT__FLOW_RUN_ID: '00000000-0000-4000-8000-000000000000' },
    1,
  ],
  ['no run', 'execute flow-run', {}, 1],
  ['another command', 'agent start', {}, 2],
])('%s ends the process with an error', async (_, command, env, code) => {
  await using api = await startPrefect1({ clock: systemClock });
  expect((await prefect(command, { PREFECT__CLOUD__API: api.endpoint, ...env })).code).toBe(code);
});
