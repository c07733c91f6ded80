import * as z from 'zod/mini';
import { describeIssues } from '../describe-issues.ts';
import { FlowRunError } from '../errors.ts';
import type { Prefect1FlowRun } from './flow-run.ts';
import { runTaskProblems, taskDefinitionProblems } from '../python/boto-arguments.ts';
import { typeText } from './type-text.ts';

const text = z.nullish(z.string('expected a string'));
// Only the server reads the labels, but a run config without a list of them is refused.
const labels = z.optional(z.array(z.string('expected a string'), 'expected a list'));
const json = z.nullish(z.record(z.string(), z.unknown(), 'expected an object'));
const env = z.nullish(z.record(z.string(), z.string('expected a string'), 'expected an object of strings'));

const ecsRun = z.object({
  type: z.literal('ECSRun'),
  env,
  labels,
  image: text,
  cpu: text,
  memory: text,
  task_definition: json,
  task_definition_path: text,
  task_definition_arn: text,
  task_role_arn: text,
  execution_role_arn: text,
  run_task_kwargs: json,
});

const universalRun = z.object({ type: z.literal('UniversalRun'), env, labels });

/** What a flow run asks of ECS; every field may be absent. */
export type EcsRun = Omit<z.infer<typeof ecsRun>, 'type' | 'labels'>;

/**
 * The run config of a flow run. UniversalRun is an ECSRun that only sets the environment; none is an ECSRun
 * that sets nothing. As `Agent._get_run_config` of Prefect 1.4.1.
 * @throws FlowRunError for a run config of another platform, or one that can't be read.
 */
export function readRunConfig({ id, runConfig }: Prefect1FlowRun): EcsRun {
  if (runConfig === null) return {};
  const { type } = runConfig;
  if (type !== 'ECSRun' && type !== 'UniversalRun') {
    throw new FlowRunError(
      `Flow run ${id} has a \`run_config\` of type \`${typeText(type)}\`, only \`ECSRun\` is supported`,
    );
  }
  const parsed = (type === 'ECSRun' ? ecsRun : universalRun).safeParse(runConfig);
  if (!parsed.success) {
    throw new FlowRunError(`Flow run ${id}, run_config: ${describeIssues(parsed.error)}`);
  }
  const config: EcsRun = parsed.data;
  refuseContradictions(config);
  return config;
}

function refuseContradictions(config: EcsRun): void {
  const { task_definition: inline, task_definition_path: path, task_definition_arn: arn, image } = config;
  if ([inline, path, arn].filter((given) => given != null).length > 1) {
    throw new FlowRunError(
      'Can only provide one of `task_definition`, `task_definition_path`, or `task_definition_arn`',
    );
  }
  if (arn != null && image != null) {
    throw new FlowRunError(
      "Cannot provide both `task_definition_arn` and `image`, since an ECS task's `image` can only be configured as part of the task definition",
    );
  }
}

/**
 * Holds what a run config says of ECS to what boto3 takes.
 * @throws FlowRunError with the full path of each field that boto3 would refuse.
 */
export function checkDocuments(
  config: EcsRun,
  template: Readonly<Record<string, unknown>> | undefined,
): void {
  const { run_task_kwargs: kwargs, task_definition: inline, task_definition_path: path } = config;
  refuseProblems('run_config', [
    ...(kwargs == null ? [] : runTaskProblems(kwargs)),
    ...(inline == null ? [] : taskDefinitionProblems(inline)),
  ]);
  if (template !== undefined)
    refuseProblems(`task_definition_path ${path ?? ''}`, taskDefinitionProblems(template));
}

function refuseProblems(origin: string, problems: readonly string[]): void {
  if (problems.length > 0) throw new FlowRunError(`${origin}: ${problems.join('; ')}`);
}
