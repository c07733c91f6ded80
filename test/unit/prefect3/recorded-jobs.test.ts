import { describe, expect, test } from 'vitest';
import { FlowRunError } from '../../../src/errors.ts';
import { jobConfiguration } from '../../../src/prefect3/job-configuration.ts';
import { buildTaskRequest, type BuiltRequest } from '../../../src/prefect3/task-request.ts';
import { tagText } from '../../../src/prefect3/task-tags.ts';
import { applyValues } from '../../../src/prefect3/apply-values.ts';
import { shellWords } from '../../../src/prefect3/shell-words.ts';
import { diff } from '../../fixtures/golden/compare.mjs';
import { correctedJob } from '../../fixtures/golden/corrections3.ts';
import { blocks, type Job3, recorded, variables } from '../../fixtures/golden/jobs3.ts';
import { never, pool, run3, settings3, TableOfDocuments, template } from '../../support/job.ts';

test.each(recorded('templating'))('the template with %s', (_, { template, values, result }) => {
  expect(applyValues(template, values)).toEqual(result);
});

test.each(recorded('command'))('the words of %s', (command, { result }) => {
  if (result === undefined) expect(() => shellWords(command)).toThrow(FlowRunError);
  else expect(shellWords(command)).toEqual(result);
});

test.each(recorded('label'))('the tag that the label %s becomes', (label, { result }) => {
  expect(tagText(label)).toBe(result);
});

const id = (number: number) => `00000000-0000-0000-0000-00000000000${number}`;

interface Outcome {
  readonly built?: BuiltRequest;
  readonly failure?: string;
}

async function outcomeOf({ changes, deployment, run: jobVariables, described }: Job3): Promise<Outcome> {
  const run = run3(jobVariables, {
    id: id(3),
    flow: { id: id(1), name: 'etl' },
    deployment: {
      id: id(2),
      name: 'nightly',
      updated: undefined,
      jobVariables: deployment,
      isLimited: false,
    },
  });
  const workPool = { ...pool(template(changes)), id: id(4) };
  try {
    const job = await jobConfiguration(run, workPool, new TableOfDocuments(blocks, variables), never);
    return { built: buildTaskRequest(run, job, settings3(), described ?? undefined) };
  } catch (error) {
    if (error instanceof FlowRunError) return { failure: error.message };
    throw error;
  }
}

function differences(job: Job3, { built, failure }: Outcome): string[] {
  const { register = null, run_task: run = null, described, error } = job;
  const arn = described === null ? null : String(run?.['taskDefinition']);
  const compared = {
    expect: {
      register,
      run_task: run,
      error: error === null ? null : { type: error, message: error },
      describe: arn,
    },
    aws: arn === null ? {} : { task_definitions: { [arn]: { ...described } } },
  };
  const options = { failed: failure !== undefined, ignoreTags: [] };
  if (built === undefined) return diff(compared, null, null, options);
  const { taskDefinition, runTask } = built.request;
  return taskDefinition.kind === 'arn'
    ? diff(compared, null, { ...runTask, taskDefinition: taskDefinition.arn }, options)
    : diff(
        compared,
        { ...taskDefinition.content, family: 'prefect-hash' },
        { ...runTask, taskDefinition: 'prefect-hash' },
        options,
      );
}

describe('the task that the genuine ECS worker makes of job variables', () => {
  test.each(recorded('job'))('%s', async (_, line) => {
    const job = correctedJob(line);
    const outcome = await outcomeOf(job);
    expect(differences(job, outcome)).toEqual([]);
    if (outcome.built === undefined) return;
    const { networkToFind } = outcome.built;
    expect(networkToFind === undefined ? [] : [networkToFind.vpcId ?? null]).toEqual(job.looked);
  });
});
