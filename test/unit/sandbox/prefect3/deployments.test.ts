import { expect, test } from 'vitest';
import { newPrefect3 } from './new-prefect3.ts';

test('a deleted deployment takes its scheduled runs with it', async () => {
  const { api, deploymentId, run, request } = newPrefect3();
  const [scheduled, pending] = [run(), run({ type: 'PENDING' })];
  api.send('DELETE', `/deployments/${deploymentId}`);
  const claim = await request('POST', `/flow_runs/${scheduled}/set_state`, {
    state: { type: 'PENDING' },
  });
  expect(claim).toEqual({
    status: 404,
    body: { exception_message: `Flow run with id ${scheduled} not found` },
  });
  expect(api.flowRun(pending)?.state_type).toBe('PENDING');
});
