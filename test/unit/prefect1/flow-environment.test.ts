import { describe, expect, test } from 'vitest';
import { buildTaskRequest } from '../../../src/prefect1/task-request.ts';
import { Secret } from '../../../src/secret.ts';
import type { TaskRequest } from '../../../src/tasks/task-request.ts';
import { contentOf, ecsRun, environmentOf, flowOverride, run, settings } from '../../support/task-request.ts';

/** More than overrides may hold. */
const big = { BIG: 'x'.repeat(9000) };

const build = (fields: object, change = settings()) => buildTaskRequest(run(ecsRun(fields)), change);

const definedEnvironment = (request: TaskRequest): Record<string, string | undefined> =>
  Object.fromEntries(
    (contentOf(request).containerDefinitions?.at(-1)?.environment ?? []).map(({ name = '', value }) => [
      name,
      value,
    ]),
  );

describe('an environment that is too long for the overrides', () => {
  test('is moved into the definition, but for what differs from run to run and the key', () => {
    const key = { kind: 'value', value: new Secret('pcu_1') } as const;
    const request = build({ env: big }, settings({ key }));
    expect(Object.keys(environmentOf(request))).toEqual([
      'PREFECT__CONTEXT__FLOW_RUN_ID',
      'PREFECT__CONTEXT__FLOW_ID',
      'PREFECT__CLOUD__API_KEY',
      'PREFECT__CLOUD__AUTH_TOKEN',
    ]);
    expect(definedEnvironment(request)).toMatchObject({
      ...big,
      PREFECT__BACKEND: 'cloud',
      PREFECT__LOGGING__LEVEL: 'INFO',
      PREFECT__CONTEXT__IMAGE: 'prefecthq/prefect:1.4.1',
    });
    expect(flowOverride(request)?.command).toEqual(['/bin/sh', '-c', 'prefect execute flow-run']);
    expect(JSON.stringify(contentOf(request))).not.toContain('pcu_1');
  });

  test('is the same in the container as one that is not, whoever set what', () => {
    const template = ['A', 'B', 'C', 'PREFECT__BACKEND', 'PREFECT__CONTEXT__FLOW_RUN_ID'].map((name) => ({
      name,
      value: 'template',
    }));
    const overrides = {
      containerOverrides: [{ name: 'flow', environment: [{ name: 'C', value: 'arguments' }] }],
    };
    const agent = { labels: [], envVars: { B: 'agent', D: 'agent' }, noCloudLogs: false };
    const effective = (env: object) => {
      const fields = {
        env: { B: 'run', ...env },
        task_definition: { containerDefinitions: [{ name: 'flow', environment: template }] },
        run_task_kwargs: { overrides },
      };
      const request = build(fields, settings({ agent }));
      return { ...definedEnvironment(request), ...environmentOf(request) };
    };
    expect(effective(big)).toEqual({ ...effective({}), ...big });
  });

  test('gives the runs of a flow one definition', () => {
    const second = { ...run(ecsRun({ env: big })), id: 'run-2' };
    expect(contentOf(buildTaskRequest(second, settings()))).toEqual(contentOf(build({ env: big })));
  });
});
