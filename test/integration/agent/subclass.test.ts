import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { LocalProcessAgent } from '../../../examples/own-platform/local-process-agent.ts';
import { prefect1 } from '../../support/prefect1.ts';

const STAND_IN = fileURLToPath(new URL('../../../src/sandbox/bin', import.meta.url));

test('a platform that implements deployFlows alone registers, claims, starts and is told of (conformance 10, 31)', async () => {
  const { api, backend, logger } = await prefect1();
  const flow = api.createFlow({ name: 'etl' });
  const { id } = api.createFlowRun({ flowId: flow.id });
  const envVars = {
    PATH: [STAND_IN, dirname(process.execPath), String(process.env.PATH)].join(':'),
    PREFECT__CLOUD__API: api.endpoint,
  };
  const agent = new LocalProcessAgent({ name: 'mine', envVars }, { backend, logger });
  const report = await agent.start({ deadlineMs: Date.now() + 60_000 });
  expect(report).toMatchObject({ started: 1 });
  expect(api.agents()).toMatchObject([{ type: 'LocalProcessAgent', name: 'mine' }]);
  expect(api.logs(id)).toMatchObject([
    { message: expect.stringMatching(/^Submitted for execution: PID: \d+$/) as string },
  ]);
  await expect.poll(() => api.flowRun(id)?.state, { timeout: 10_000 }).toBe('Success');
});

test('a process that can’t be started fails its run with the reason', async () => {
  const { api, backend, logger } = await prefect1();
  const { id } = api.createFlowRun({ flowId: api.createFlow({ name: 'etl' }).id });
  const agent = new LocalProcessAgent({ envVars: { PATH: '/nowhere' } }, { backend, logger });
  expect(await agent.start({ deadlineMs: Date.now() + 60_000 })).toMatchObject({ failed: 1 });
  expect(api.flowRun(id)).toMatchObject({
    state: 'Failed',
    state_message: expect.stringContaining('ENOENT') as string,
  });
});
