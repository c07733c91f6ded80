import { FLOW } from './flow-container.ts';
import { isDockerStorage } from './flow-image.ts';
import type { Flow } from './flow-run.ts';
import type { EcsRun } from './run-config.ts';
import { readOverrides, type RunTaskKwargs } from './run-task-kwargs.ts';
import type { EcsSettings } from '../settings/settings.ts';
import { findContainer, readContainers } from '../tasks/containers.ts';
import { definitionMembers } from '../tasks/definition-in-force.ts';

const ROLES = ['taskRoleArn', 'executionRoleArn'] as const;

export interface Choices {
  readonly flow: Flow;
  readonly config: EcsRun;
  readonly ecs: Pick<EcsSettings, 'taskDefinition' | 'taskRoleArn' | 'executionRoleArn' | 'runTaskKwargs'>;
  /** The definition that the run brings or names; undefined: the agent's. */
  readonly own: Readonly<Record<string, unknown>> | undefined;
}

/** What the run itself chose of the task, by the names of ECS's members: see `TaskRequest.chosenByRun`. */
export function chosenByRun(choices: Choices): ReadonlySet<string> {
  const { config, ecs, own } = choices;
  const kwargs = config.run_task_kwargs ?? {};
  const chosen = new Set(own === undefined ? [] : definitionMembers(own));
  // In rising precedence: the definition, the agent's arguments, the run's, the run config's own fields.
  for (const member of membersOf(ecs.runTaskKwargs)) chosen.delete(member);
  for (const member of membersOf(kwargs)) chosen.add(member);
  if (Object.keys(config.env ?? {}).length > 0) chosen.add('environment');
  if (config.cpu) chosen.add('cpu');
  if (config.memory) chosen.add('memory');
  if (config.task_definition_arn != null) chosen.add('taskDefinition');
  if (hasOwnImage(choices)) chosen.add('image');
  for (const role of ROLES) {
    if (isOwnRole(role, choices)) chosen.add(role);
    else chosen.delete(role);
  }
  return chosen;
}

function membersOf(kwargs: RunTaskKwargs): string[] {
  const { overrides, ...members } = kwargs;
  return [...Object.keys(members), ...Object.keys(readOverrides({ overrides }))];
}

/** An image of the flow's storage or version is the flow's own. Only a template of the agent gives another. */
function hasOwnImage({ flow, config, ecs, own }: Choices): boolean {
  if (own !== undefined || config.image != null || isDockerStorage(flow)) return true;
  const containers = readContainers(ecs.taskDefinition?.['containerDefinitions'], 'containerDefinitions');
  return typeof findContainer(containers, FLOW)?.['image'] !== 'string';
}

/** Roles have a precedence of their own: those of the definition and the agent's win over those of RunTask's overrides. */
function isOwnRole(role: (typeof ROLES)[number], { config, ecs, own }: Choices): boolean {
  const configured = role === 'taskRoleArn' ? config.task_role_arn : config.execution_role_arn;
  if (configured || own?.[role]) return true;
  if (ecs[role] !== undefined || (own === undefined && ecs.taskDefinition?.[role])) return false;
  return readOverrides(config.run_task_kwargs ?? {})[role] !== undefined;
}
