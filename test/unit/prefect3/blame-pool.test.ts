import { describe, expect, test } from 'vitest';
import { FlowRunError, SettingsError } from '../../../src/errors.ts';
import { blamingPool } from '../../../src/prefect3/blame-pool.ts';
import type { Prefect3FlowRun } from '../../../src/prefect3/flow-run.ts';
import { pool, requested, run3, template } from '../../support/job.ts';

describe('whose fault it is', () => {
  const build = (baseJobTemplate: ReturnType<typeof template>) => (run: Prefect3FlowRun) =>
    requested({ pool: pool(baseJobTemplate), jobVariables: run.jobVariables });

  test('what a run has wrong fails the run', async () => {
    const asked = blamingPool(run3({ cluster: 3 }), pool(), build(template()));
    await expect(asked).rejects.toThrow(FlowRunError);
  });

  test('what the pool has wrong for any run is not the run’s, whatever that chose', async () => {
    const own = template({ defaults: { configure_cloudwatch_logs: true } });
    const asked = blamingPool(run3({ cpu: 256 }), pool(own), build(own));
    await expect(asked).rejects.toThrow(SettingsError);
    await expect(asked).rejects.toThrow('Work pool `ecs-pool`: configure_cloudwatch_logs');
  });

  test('another fault of the pool does not excuse the run', async () => {
    const own = template({ defaults: { configure_cloudwatch_logs: true } });
    await expect(blamingPool(run3({ cluster: 3 }), pool(own), build(own))).rejects.toThrow(FlowRunError);
  });
});
