import { describe, expect, test } from 'vitest';
import { FlowRunError } from '../../../src/errors.ts';
import { buildTaskRequest } from '../../../src/prefect1/task-request.ts';
import { Secret } from '../../../src/secret.ts';
import type { TaskRequest } from '../../../src/tasks/task-request.ts';
import { contentOf, ecsRun, environmentOf, flowOverride, run, settings } from '../../support/task-request.ts';

const lengthOf = ({ runTask }: TaskRequest) => JSON.stringify(runTask.overrides).length;

const build = (fields: object, change = settings()) => buildTaskRequest(run(ecsRun(fields)), change);

const definedEnvironment = (request: TaskRequest): Record<string, string | undefined> =>
  Object.fromEntries(
    (contentOf(request).containerDefinitions?.at(-1)?.environment ?? []).map(({ name = '', value }) => [
      name,
      value,
    ]),
  );

/** An environment with which the overrides have just this many characters. */
const filling = (length: number): object => ({ X: 'x'.repeat(length - lengthOf(build({ env: { X: '' } }))) });

test('8,192 characters of overrides stay as they are', () => {
  const request = build({ env: filling(8192) });
  expect(lengthOf(request)).toBe(8192);
  expect(environmentOf(request)).toHaveProperty('X');
  expect(Object.keys(definedEnvironment(request))).toEqual(['PREFECT__CONTEXT__IMAGE']);
});

describe('one character more', () => {
  const big = filling(8193);

  test('moves what is the same for every run into the definition', () => {
    const request = build({ env: big });
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
  });

  test('gives the container the same environment as before, whoever set what', () => {
    const template = [
      { name: 'A', value: 'template' },
      { name: 'B', value: 'template' },
      { name: 'C', value: 'template' },
      { name: 'PREFECT__BACKEND', value: 'template' },
      { name: 'PREFECT__CONTEXT__FLOW_RUN_ID', value: 'template' },
    ];
    const effective = (env: object) => {
      const request = buildTaskRequest(
        run(
          ecsRun({
            env: { B: 'run', ...env },
            task_definition: { containerDefinitions: [{ name: 'flow', environment: template }] },
            run_task_kwargs: {
              overrides: {
                containerOverrides: [{ name: 'flow', environment: [{ name: 'C', value: 'arguments' }] }],
              },
            },
          }),
        ),
        settings({ agent: { labels: [], envVars: { B: 'agent', D: 'agent' }, noCloudLogs: false } }),
      );
      return { ...definedEnvironment(request), ...environmentOf(request) };
    };
    expect(effective(big)).toEqual({ ...effective({}), ...big });
  });

  test('never moves a key, which would stay readable in the definition', () => {
    const request = build({ env: big }, settings({ key: { kind: 'value', value: new Secret('pcu_1') } }));
    expect(JSON.stringify(contentOf(request))).not.toContain('pcu_1');
    expect(environmentOf(request)).toMatchObject({ PREFECT__CLOUD__API_KEY: 'pcu_1' });
  });

  test('gives runs of one flow one definition', () => {
    const second = { ...run(ecsRun({ env: big })), id: 'run-2' };
    expect(contentOf(buildTaskRequest(second, settings()))).toEqual(contentOf(build({ env: big })));
  });

  test('leaves the overrides of other containers where they are', () => {
    const sidecar = { name: 'proxy', environment: [{ name: 'A', value: 'B' }] };
    const kwargs = { run_task_kwargs: { overrides: { containerOverrides: [sidecar] } } };
    expect(build({ env: big, ...kwargs }).runTask.overrides?.containerOverrides).toContainEqual(sidecar);
  });
});

describe('what does not fit is refused with the sizes and the largest part', () => {
  const sidecar = { name: 'proxy', command: ['x'.repeat(9000)] };

  test.each<[string, object, RegExp]>([
    [
      'the environment of a definition by ARN',
      { task_definition_arn: 'etl:4', env: { BIG: 'sesame'.repeat(1400) } },
      /at most 8192 characters of overrides, got \d{4,5}\. The largest part is containerOverrides\.flow\.environment \(\d+\), in it BIG \(8425\)/,
    ],
    [
      'another container’s command',
      { run_task_kwargs: { overrides: { containerOverrides: [sidecar] } } },
      /at most 8192 characters of overrides, got \d{4}\. The largest part is containerOverrides\.proxy\.command \(9004\)/,
    ],
    [
      'a definition',
      { env: { BIG: 'é'.repeat(33_000) } },
      /at most 65536 bytes, got \d{5}\. The largest part is containerDefinitions\.flow\.environment \(\d+\), in it BIG \(33025\)/,
    ],
  ])('%s', (_, fields, message) => {
    const described = { containerDefinitions: [{ name: 'flow' }] };
    const refused = () => buildTaskRequest(run(ecsRun(fields)), settings(), { described });
    expect(refused).toThrow(FlowRunError);
    expect(refused).toThrow(message);
    expect(refused).not.toThrow('sesame');
  });
});
