import { describe, expect, test } from 'vitest';
import { FlowRunError } from '../../../src/errors.ts';
import { fitRequest } from '../../../src/tasks/fit-request.ts';
import type { TaskRequest } from '../../../src/tasks/task-request.ts';

type Fitted = Pick<TaskRequest, 'taskDefinition' | 'runTask'>;
type Variables = Readonly<Record<string, string>>;

const entries = (variables: Variables) => Object.entries(variables).map(([name, value]) => ({ name, value }));

/** A request whose flow container has these variables in the overrides, and those in a definition of the agent's. */
const request = (variables: Variables, defined: Variables = {}): Fitted => ({
  taskDefinition: {
    kind: 'content',
    content: { containerDefinitions: [{ name: 'flow', image: 'etl', environment: entries(defined) }] },
  },
  runTask: {
    cluster: 'flows',
    overrides: { cpu: '512', containerOverrides: [{ name: 'flow', environment: entries(variables) }] },
  },
});

const fit = (given: Fitted): Fitted =>
  fitRequest(given, { name: 'flow', perRun: new Set(['RUN_ID', 'KEY']) });

const lengthOf = ({ runTask }: Fitted) => JSON.stringify(runTask.overrides).length;

/** With it the overrides have just so many characters, those of `RUN_ID` and `KEY` included. */
const filling = (length: number): Variables => ({
  X: 'x'.repeat(length - lengthOf(request({ RUN_ID: '1', KEY: 'k', X: '' }))),
});

const flow = <C extends { readonly name?: string | undefined }>(list: readonly C[] | undefined) =>
  list?.find(({ name }) => name === 'flow');

const variablesOf = ({ runTask }: Fitted) => flow(runTask.overrides?.containerOverrides)?.environment;

const definedIn = ({ taskDefinition }: Fitted) =>
  taskDefinition.kind === 'content'
    ? flow(taskDefinition.content.containerDefinitions)?.environment
    : undefined;

test('8,192 characters of overrides stay as they are', () => {
  const given = request({ RUN_ID: '1', KEY: 'k', ...filling(8192) });
  expect(lengthOf(given)).toBe(8192);
  expect(fit(given)).toEqual(given);
});

test('of one character more, what is the same for every run moves into the definition', () => {
  const big = filling(8193);
  const given = request({ RUN_ID: '1', ...big, KEY: 'k' }, { A: 'own' });
  expect(lengthOf(given)).toBe(8193);
  expect(fit(given)).toEqual(request({ RUN_ID: '1', KEY: 'k' }, { ...big, A: 'own' }));
});

describe('an environment that is moved', () => {
  const big = { X: 'x'.repeat(9000) };

  test('wins over the definition’s own, as it did in the overrides', () => {
    const fitted = fit(request({ ...big, B: 'run' }, { A: 'own', B: 'own' }));
    expect(definedIn(fitted)).toEqual(entries({ ...big, B: 'run', A: 'own' }));
    expect(variablesOf(fitted)).toEqual([]);
  });

  test('leaves those of other containers where they are', () => {
    const sidecar = { name: 'proxy', environment: [{ name: 'A', value: 'B' }] };
    const { taskDefinition, runTask } = request(big);
    const containerOverrides = [sidecar, ...(runTask.overrides?.containerOverrides ?? [])];
    const fitted = fit({ taskDefinition, runTask: { ...runTask, overrides: { containerOverrides } } });
    expect(variablesOf(fitted)).toEqual([]);
    expect(fitted.runTask.overrides?.containerOverrides).toContainEqual(sidecar);
  });

  test('is still in the request that was given', () => {
    const given = request(big, { A: 'own' });
    const before = structuredClone(given);
    fit(given);
    expect(given).toEqual(before);
  });
});

describe('what does not fit is refused with the sizes and the largest part', () => {
  const registered = (variables: Variables): Fitted => ({
    ...request(variables),
    taskDefinition: { kind: 'arn', arn: 'etl:4' },
  });
  const sidecar: Fitted = {
    taskDefinition: { kind: 'content', content: { containerDefinitions: [] } },
    runTask: { overrides: { containerOverrides: [{ name: 'proxy', command: ['x'.repeat(9000)] }] } },
  };

  test.each<[string, Fitted, RegExp]>([
    [
      'the environment of a registered definition',
      registered({ BIG: 'sesame'.repeat(1400) }),
      /at most 8192 characters of overrides, got \d{4,5}\. The largest part is containerOverrides\.flow\.environment \(\d+\), in it BIG \(8425\)\. .*, or give the variables in the task definition\.$/,
    ],
    [
      'another container’s command',
      sidecar,
      /at most 8192 characters of overrides, got \d{4}\. The largest part is containerOverrides\.proxy\.command \(9004\)\. Make it shorter\.$/,
    ],
    [
      'a definition',
      request({ BIG: 'é'.repeat(33_000) }),
      /at most 65536 bytes, got \d{5}\. The largest part is containerDefinitions\.flow\.environment \(\d+\), in it BIG \(33025\)/,
    ],
  ])('%s', (_, given, message) => {
    expect(() => fit(given)).toThrow(FlowRunError);
    expect(() => fit(given)).toThrow(message);
    expect(() => fit(given)).not.toThrow('sesame');
  });
});
