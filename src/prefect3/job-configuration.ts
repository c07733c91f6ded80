import { isDeepStrictEqual } from 'node:util';
import type * as z from 'zod/mini';
import { chosenByRun } from './chosen-by-run.ts';
import type { PrefectDocuments } from './documents.ts';
import { readBlocks, readVariables } from './read-documents.ts';
import { FlowRunError } from '../errors.ts';
import type { Prefect3FlowRun } from './flow-run.ts';
import { type JobConfiguration, jobConfigurationSchema } from './job-configuration-schema.ts';
import { fillTemplate, mergeJobVariables } from './job-variables.ts';
import type { Json } from './json.ts';
import { namesFromBlocks } from './names-from-blocks.ts';
import { resolveBlocks, resolveVariables } from './resolve-documents.ts';
import type { WorkPool } from './work-pool.ts';

/** How a run is to be launched, by its work pool, its deployment and itself. */
export interface Job {
  readonly workPool: Pick<WorkPool, 'id' | 'name'>;
  readonly configuration: JobConfiguration;
  /** What the run or its deployment chose, by the names of ECS's members: see `TaskRequest.chosenByRun`. */
  readonly chosen: ReadonlySet<string>;
  /** The variables of its environment that come from blocks. */
  readonly fromBlocks: ReadonlySet<string>;
}

/**
 * The job of a run: the pool's template with the job variables, blocks and variables of Prefect filled in.
 * @throws FlowRunError when a value is not what ECS's work pools take, or a block does not exist.
 * @throws PrefectApiError when a block or a variable can't be read.
 */
export async function jobConfiguration(
  run: Pick<Prefect3FlowRun, 'deployment' | 'jobVariables'>,
  pool: WorkPool,
  documents: PrefectDocuments,
  signal: AbortSignal,
): Promise<Job> {
  const filled = filledTemplate(run, pool);
  refuseCredentials(filled);
  const resolved = await resolve(filled, documents, signal);
  return {
    workPool: pool,
    configuration: parse(resolved),
    fromBlocks: namesFromBlocks(filled, resolved),
    chosen: chosenByRun(filled, fillTemplate(pool.baseJobTemplate, {})),
  };
}

/** The pool's template with the run's job variables, its blocks and variables of Prefect not yet filled in. */
export function filledTemplate(
  { deployment, jobVariables }: Pick<Prefect3FlowRun, 'deployment' | 'jobVariables'>,
  { baseJobTemplate }: Pick<WorkPool, 'baseJobTemplate'>,
): Json {
  return fillTemplate(baseJobTemplate, mergeJobVariables(deployment?.jobVariables ?? {}, jobVariables));
}

/** A value with its blocks in place, then its variables: a block may hold placeholders of these. */
export async function resolve(
  value: unknown,
  documents: PrefectDocuments,
  signal: AbortSignal,
): Promise<unknown> {
  const withBlocks = resolveBlocks(value, await readBlocks(value, documents, signal));
  return resolveVariables(withBlocks, await readVariables(withBlocks, documents, signal));
}

/** Before any block is read: this one holds the keys of an AWS account. */
function refuseCredentials({ aws_credentials: credentials }: Json): void {
  if (credentials == null || isDeepStrictEqual(credentials, {})) return;
  throw new FlowRunError(
    'aws_credentials: expected none, since tasks are started with the role of the agent, got some. ' +
      'Remove the variable from the job variables and its default from the work pool, and let the role of the agent ' +
      'start tasks in that account’s cluster, or deploy an agent in that account and region.',
  );
}

function parse(resolved: unknown): JobConfiguration {
  const parsed = jobConfigurationSchema.safeParse(resolved, { error: describe });
  if (parsed.success) {
    refuseIncomplete(parsed.data);
    return parsed.data;
  }
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new FlowRunError(
    `${problems.join('; ')}. Correct the job variables or the template of the work pool.`,
  );
}

function describe({ code, input, ...issue }: z.core.$ZodRawIssue): string {
  if (code !== 'invalid_type') return 'not valid';
  const kind = input === null ? 'null' : Array.isArray(input) ? 'array' : typeof input;
  return `expected ${String('expected' in issue ? issue.expected : 'another type')}, got ${kind}`;
}

function refuseIncomplete(configuration: JobConfiguration): void {
  const {
    network_configuration: network,
    task_definition: definition,
    task_run_request: request,
  } = configuration;
  if (!request['taskDefinition'] && Object.keys(definition).length === 0) {
    throw new FlowRunError(
      'task_definition: expected a task definition, or the ARN of one as task_run_request.taskDefinition, got neither. ' +
        'Add one to the template of the work pool.',
    );
  }
  if (Object.keys(network).length > 0 && configuration.vpc_id === undefined) {
    throw new FlowRunError(
      'network_configuration: expected the VPC of its subnets as vpc_id, got none. Set both or neither.',
    );
  }
  const options = Object.keys(configuration.cloudwatch_logs_options);
  if (options.length > 0 && !configuration.configure_cloudwatch_logs) {
    throw new FlowRunError(
      'cloudwatch_logs_options: expected configure_cloudwatch_logs to be true beside it. Set both or neither.',
    );
  }
}
