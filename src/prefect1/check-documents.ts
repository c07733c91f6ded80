import { runTaskProblems, taskDefinitionProblems } from '../python/boto-arguments.ts';
import { FlowRunError } from '../errors.ts';
import type { EcsRun } from './run-config.ts';

/**
 * Holds what a run config says of ECS to what boto3 takes.
 * @throws FlowRunError with the full path of each field that boto3 would refuse.
 */
export function checkDocuments(
  config: EcsRun,
  template: Readonly<Record<string, unknown>> | undefined,
): void {
  const { run_task_kwargs: kwargs, task_definition: inline, task_definition_path: path } = config;
  refuse('run_config', [
    ...(kwargs == null ? [] : runTaskProblems(kwargs)),
    ...(inline == null ? [] : taskDefinitionProblems(inline)),
  ]);
  if (template !== undefined) refuse(`task_definition_path ${path ?? ''}`, taskDefinitionProblems(template));
}

function refuse(origin: string, problems: readonly string[]): void {
  if (problems.length > 0) throw new FlowRunError(`${origin}: ${problems.join('; ')}`);
}
