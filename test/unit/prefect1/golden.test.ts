import { describe, expect, test } from 'vitest';
import { FlowRunError } from '../../../src/errors.ts';
import { flowCommand } from '../../../src/prefect1/flow-command.ts';
import { flowImage } from '../../../src/prefect1/flow-image.ts';
import { readFlowRun } from '../../../src/prefect1/read-flow-run.ts';
import { readRunConfig } from '../../../src/prefect1/run-config.ts';
import { mergeRunTaskKwargs } from '../../../src/prefect1/run-task-kwargs.ts';
import { diff, diffResult } from '../../fixtures/golden/compare.mjs';
import { corrected } from '../../fixtures/golden/corrections.ts';
import { initialized } from '../../fixtures/golden/initialized.ts';
import { outcomeOf, type Outcome } from '../../fixtures/golden/outcome.ts';
import { type Vector, vectors } from '../../fixtures/golden/vector.ts';

/** Vectors of what is tested elsewhere, with the reason. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'a server without tenants fails the start': 'Your Prefect Server instance has no tenants',
};

const isElsewhere = ({ expect: { error } }: Vector) =>
  Object.values(ELSEWHERE).some((text) => error?.message.startsWith(text));

const ofKind = (...kinds: Vector['kind'][]) =>
  vectors
    .filter((vector) => kinds.includes(vector.kind) && !isElsewhere(vector))
    .map((vector) => [vector.id, vector.note, vector] as const);

/** Errors that Prefect wrote itself, and whose text is kept. The others are botocore's, marshmallow's, Python's. */
const PREFECTS_TEXT = /^(Flow run \S+ has a `run_config`|Cannot provide|Can only provide|Docker storage)/;

/** Whether AWS, as the vector has it, refuses what is asked of it. Such runs go back to the queue (conformance 41). */
function isRefusedByAws({ aws }: Vector, { request }: Outcome): boolean {
  if (request === undefined) return false;
  const before = request.taskDefinition.kind === 'arn' ? 'DescribeTaskDefinition' : 'RegisterTaskDefinition';
  const started = (aws.run_task?.tasks ?? []).length > 0;
  return aws.errors?.[before] !== undefined || aws.errors?.['RunTask'] !== undefined || !started;
}

function differences(vector: Vector, outcome: Outcome): string[] {
  const { request, failure } = outcome;
  const failed = failure !== undefined || isRefusedByAws(vector, outcome);
  const source = request?.taskDefinition;
  const before = source?.kind === 'arn' ? 'DescribeTaskDefinition' : 'RegisterTaskDefinition';
  if (request === undefined || vector.aws.errors?.[before] !== undefined) {
    return diff(vector, null, null, { failed });
  }
  const { runTask } = request;
  return source?.kind === 'content'
    ? diff(
        vector,
        { ...source.content, family: 'prefect-hash' },
        { ...runTask, taskDefinition: 'prefect-hash' },
        { failed },
      )
    : diff(vector, null, { ...runTask, taskDefinition: source?.arn }, { failed });
}

describe('the task that the genuine ECS agent starts', () => {
  test.each(ofKind('deploy', 'lifecycle'))('%s: %s', async (_, __, recorded) => {
    const vector = corrected(recorded);
    const outcome = await outcomeOf(vector);
    expect(differences(vector, outcome)).toEqual([]);
    const message = vector.expect.error?.message;
    if (message !== undefined && PREFECTS_TEXT.test(message)) expect(outcome.failure).toBe(message);
  });
});

const attempt = (work: () => unknown): { readonly result: unknown; readonly failed: boolean } => {
  try {
    return { result: work(), failed: false };
  } catch (error) {
    if (error instanceof FlowRunError) return { result: null, failed: true };
    throw error;
  }
};

test.each(ofKind('command'))('the command of %s: %s', (_, __, { flow_run: { flow }, expect: { result } }) => {
  expect(flowCommand(flow.core_version ?? null, { startTimeMs: 0, nowMs: 0 })[2]).toBe(result);
});

test.each(ofKind('image'))('the image of %s: %s', (_, __, vector) => {
  const { flow_run: row, input } = vector;
  const { id, name, storage, core_version: coreVersion = null } = row.flow;
  const flow = { id, name, version: 1, storage, coreVersion };
  const { result, failed } = attempt(() =>
    flowImage(flow, row.run_config?.image, input?.default ?? undefined),
  );
  expect(diffResult(vector, result, failed)).toEqual([]);
});

test.each(ofKind('merge'))('the merged arguments of %s: %s', (_, __, vector) => {
  const { result, failed } = attempt(() =>
    mergeRunTaskKwargs(vector.input?.opts1 ?? {}, vector.input?.opts2 ?? {}),
  );
  // Python stumbles over null. Here null is refused before anything is merged, with the field's name.
  if (vector.expect.error?.type !== 'TypeError') expect(diffResult(vector, result, failed)).toEqual([]);
});

/** What the genuine agent reads and this one has no use for: the server matches labels, the version is Prefect's. */
const UNREAD = ['type', 'labels', '__version__'];

test.each(ofKind('coerce'))('the run config of %s: %s', (_, __, vector) => {
  const { result: expected, error } = vector.expect;
  const env = ((expected ?? {}) as { env?: Record<string, unknown> }).env;
  // Python notices only when boto3 refuses to send it: either way the run fails.
  const isRefusedLater = Object.values(env ?? {}).some((value) => typeof value !== 'string');
  const { result, failed } = attempt(() => {
    const read = readFlowRun({ task_runs: [], ...vector.flow_run }, 0);
    if (read === undefined || 'unreadable' in read) throw new FlowRunError('not a run config');
    return readRunConfig(read.run);
  });
  expect(failed).toBe(error != null || isRefusedLater);
  if (failed) return;
  for (const [name, value] of Object.entries(expected as object)) {
    if (!UNREAD.includes(name)) expect((result as Record<string, unknown>)[name] ?? null).toEqual(value);
  }
});

test.each(ofKind('init'))('the agent of %s: %s', async (_, __, vector) => {
  const { result, failed, expected } = await initialized(vector);
  expect(diffResult(expected, result, failed)).toEqual([]);
});
