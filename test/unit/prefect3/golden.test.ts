import { describe, expect, test } from 'vitest';
import { FlowRunError } from '../../../src/errors.ts';
import { jobConfiguration } from '../../../src/prefect3/job-configuration.ts';
import { buildTaskRequest, type BuiltRequest } from '../../../src/prefect3/task-request.ts';
import { Secret } from '../../../src/secret.ts';
import { diff } from '../../fixtures/golden/compare.mjs';
import { corrected3 } from '../../fixtures/golden/corrections3.ts';
import { templateOf, type Vector3, vectors3 } from '../../fixtures/golden/vector3.ts';
import { never, run3, settings3, TableOfDocuments } from '../../support/job.ts';

/** What the genuine server held. */
const BLOCKS = { 'secret.s1': { value: 'block-secret-value' } };
const VARIABLES = { region_x: 'eu-9', jsonvar: { a: [1, 2] } };

interface Outcome {
  readonly built?: BuiltRequest;
  readonly failure?: string;
  readonly read: readonly string[];
}

async function outcomeOf(vector: Vector3): Promise<Outcome> {
  const { deployment, flow, flow_run: row, work_pool: pool, worker_env: env } = vector;
  const { id, name, updated, job_variables: jobVariables } = deployment;
  const run = run3(row.job_variables, {
    id: row.id,
    name: row.name,
    flow,
    deployment: { id, name, updated, jobVariables, isLimited: false },
  });
  const documents = new TableOfDocuments(BLOCKS, VARIABLES);
  const workPool = { id: pool.id, name: pool.name, type: 'ecs', isPaused: false };
  const key = env['PREFECT_API_KEY'];
  const settings = settings3({
    key: key === undefined ? { kind: 'none' } : { kind: 'value', value: new Secret(key) },
  });
  try {
    const full = { ...workPool, baseJobTemplate: templateOf(vector) };
    const job = await jobConfiguration(run, full, documents, never);
    return { built: buildTaskRequest(run, job, settings), read: documents.read };
  } catch (error) {
    if (error instanceof FlowRunError) return { failure: error.message, read: documents.read };
    throw error;
  }
}

function differences(vector: Vector3, { built, failure }: Outcome): string[] {
  const { register, run_task, error } = vector;
  const compared = {
    expect: { register, run_task, error: error === null ? null : { type: 'Crashed', message: error } },
    aws: {},
  };
  const options = { failed: failure !== undefined, ignoreTags: [] };
  if (built === undefined) return diff(compared, null, null, options);
  const { taskDefinition, runTask } = built.request;
  if (taskDefinition.kind !== 'content') throw new Error('expected a definition of its own');
  // What is found in the VPC is no matter of the job.
  const found = built.networkToFind && { networkConfiguration: run_task?.['networkConfiguration'] };
  return diff(
    compared,
    { ...taskDefinition.content, family: 'prefect-hash' },
    { ...runTask, ...found, taskDefinition: 'prefect-hash' },
    options,
  );
}

const cases = vectors3.map((vector) => [vector.case, vector] as const);

describe('the task that the genuine ECS worker starts', () => {
  test.each(cases)('%s', async (_, recorded) => {
    const vector = corrected3(recorded);
    expect(differences(vector, await outcomeOf(vector))).toEqual([]);
  });
});

test.each(cases.filter(([, { error, run_task: run }]) => error === null && run !== null))(
  'the blocks, variables and networks that are looked up for %s',
  async (_, vector) => {
    const { built, read } = await outcomeOf(vector);
    const names = vector.prefect_calls.map((call) =>
      call.replace(/.*\/slug\/(.*)\/block_documents\/name\/(.*)\?.*/, '$1.$2').replace(/.*\//, ''),
    );
    expect(read).toEqual(names);
    expect(built?.networkToFind !== undefined).toBe(vector.calls.includes('DescribeVpcs:200'));
  },
);
