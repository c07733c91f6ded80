import {
  SortOrder,
  TaskDefinitionFamilyStatus,
  TaskDefinitionStatus,
  type ListTaskDefinitionFamiliesRequest,
  type ListTaskDefinitionFamiliesResponse,
  type ListTaskDefinitionsRequest,
  type ListTaskDefinitionsResponse,
} from '@aws-sdk/client-ecs';
import { EcsError } from './ecs-error.ts';
import { pageOf } from './page-of.ts';
import type { TaskDefinition } from './task-definitions.ts';

/** The revisions of one family (`familyPrefix` is its whole name) or of all, by family and revision. */
export function listTaskDefinitions(
  input: ListTaskDefinitionsRequest,
  definitions: readonly TaskDefinition[],
): ListTaskDefinitionsResponse {
  const { familyPrefix: family, status = 'ACTIVE', sort = 'ASC' } = input;
  checkOneOf('status', status, Object.values(TaskDefinitionStatus));
  checkOneOf('sort', sort, Object.values(SortOrder));
  const found = definitions
    .filter((definition) => definition.status === status)
    .filter((definition) => family === undefined || definition.family === family)
    .sort((a, b) => compare(a.family, b.family) || a.revision - b.revision)
    .map(({ taskDefinitionArn }) => taskDefinitionArn);
  const { items, ...rest } = pageOf(sort === 'ASC' ? found : found.reverse(), input);
  return { taskDefinitionArns: items, ...rest };
}

/** The families whose names begin with `familyPrefix`: those with an active revision, those without, or all. */
export function listTaskDefinitionFamilies(
  input: ListTaskDefinitionFamiliesRequest,
  definitions: readonly TaskDefinition[],
): ListTaskDefinitionFamiliesResponse {
  const { familyPrefix = '', status = 'ALL' } = input;
  checkOneOf('status', status, Object.values(TaskDefinitionFamilyStatus));
  const active = new Set(definitions.filter(isActive).map(({ family }) => family));
  const families = [...new Set(definitions.map(({ family }) => family))]
    .filter((family) => family.startsWith(familyPrefix))
    .filter((family) => status === 'ALL' || active.has(family) === (status === 'ACTIVE'))
    .sort(compare);
  const { items, ...rest } = pageOf(families, input);
  return { families: items, ...rest };
}

function isActive({ status }: TaskDefinition): boolean {
  return status === 'ACTIVE';
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function checkOneOf(name: string, value: string, values: readonly string[]): void {
  if (values.includes(value)) return;
  throw new EcsError(
    'InvalidParameterException',
    `${name} must be one of ${values.join(', ')}, got ${value}.`,
  );
}
