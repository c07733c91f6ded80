import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../../../src/clock.ts';
import { type Prefect3Options, startPrefect3 } from '../../../../src/sandbox/prefect3/prefect3-server.ts';

const PENDING = { type: 'PENDING', state_details: { transition_id: '5c1e0000-0000-4000-8000-000000000001' } };

async function start(options: Partial<Prefect3Options> = {}) {
  const api = await startPrefect3({ clock: systemClock, seed: 1, ...options });
  onTestFinished(() => api.close());
  const send = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const answer = await fetch(api.endpoint + path, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      redirect: 'manual',
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, body: text === '' ? undefined : (JSON.parse(text) as unknown) };
  };
  return { api, send };
}

test('a due run is listed, claimed once, and told of its task', async () => {
  const { api, send } = await start();
  api.createWorkPool();
  const { id: deploymentId } = api.createDeployment({ jobVariables: { cpu: 256 } });
  const { id } = api.createFlowRun({ deploymentId });
  const listed = await send('POST', '/work_pools/ecs-pool/get_scheduled_flow_runs', { limit: 25 });
  expect(listed).toMatchObject({ status: 200, body: [{ flow_run: { id, state: null, job_variables: {} } }] });

  const claim = await send('POST', `/flow_runs/${id}/set_state`, { state: PENDING });
  expect(claim).toMatchObject({ status: 201, body: { status: 'ACCEPT', state: { type: 'PENDING' } } });
  const again = await send('POST', `/flow_runs/${id}/set_state`, { state: PENDING });
  expect(again).toMatchObject({ status: 200, body: { status: 'REJECT', state: PENDING } });
  const other = await send('POST', `/flow_runs/${id}/set_state`, { state: { type: 'PENDING' } });
  expect(other).toMatchObject({ status: 200, body: { status: 'ABORT', state: PENDING } });

  await send('PATCH', `/flow_runs/${id}`, { infrastructure_pid: 'default::arn' });
  const filter = {
    work_pools: { name: { any_: ['ecs-pool'] } },
    flow_runs: { state: { type: { any_: ['PENDING', 'CANCELLING'] } }, start_time: { is_null_: true } },
  };
  const swept = await send('POST', '/flow_runs/filter', filter);
  expect(swept).toMatchObject({
    status: 200,
    body: [{ id, infrastructure_pid: 'default::arn', state: PENDING }],
  });
  expect(api.calls['POST /flow_runs/{id}/set_state']).toBe(3);
});
