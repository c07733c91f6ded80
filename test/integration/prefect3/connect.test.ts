import { expect, test } from 'vitest';
import { IDENTITY, never } from '../../support/prefect1.ts';
import { prefect3 } from '../../support/prefect3.ts';

test.each([
  ['that there is not', { workPool: 'none' }, /the API has no `none`/],
  ['of Kubernetes', { workPool: 'kubernetes' }, /`kubernetes` to be of type ecs, got kubernetes/],
  ['that Prefect Cloud serves', { workPool: 'push' }, /got ecs:push: runs of a push pool/],
  ['without a template', { workPool: 'empty' }, /Expected a base job template/],
])('a pool %s is refused when the agent connects', async (_, options, message) => {
  const { api, backend } = await prefect3({}, options);
  const base_job_template = { job_configuration: { command: '{{ command }}' } };
  api.createWorkPool({ name: 'kubernetes', type: 'kubernetes', base_job_template });
  api.createWorkPool({ name: 'push', type: 'ecs:push', base_job_template });
  api.createWorkPool({ name: 'empty' });
  await expect(backend.connect(IDENTITY, never)).rejects.toThrow(message);
});
