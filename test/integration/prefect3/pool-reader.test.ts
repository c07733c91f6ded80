import { expect, test } from 'vitest';
import { JumpingClock } from '../../support/jumping-clock.ts';
import { never } from '../../support/prefect1.ts';
import { POOL, prefect3 } from '../../support/prefect3.ts';

test('a new template counts within half a minute, as with the genuine worker', async () => {
  const clock = new JumpingClock();
  const { api, backend } = await prefect3({}, { clock });
  const jobOf = async () => (await backend.poolAndVersion(never)).pool.baseJobTemplate.job_configuration;
  const { command } = await jobOf();
  const base_job_template = {
    job_configuration: { command: 'new' },
    variables: { type: 'object', properties: {} },
  };
  api.send('PATCH', `/work_pools/${POOL}`, { base_job_template });
  expect(await jobOf()).toMatchObject({ command });
  clock.jump(31);
  expect(await jobOf()).toEqual({ command: 'new' });
  expect(api.calls['GET /admin/version']).toBe(1);
});
