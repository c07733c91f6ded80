import { RegisterTaskDefinitionRequest$, RunTaskRequest$ } from '@aws-sdk/client-ecs';
import { closest, distance } from 'fastest-levenshtein';
// Types alone: anything of `core` at run time brings all of zod into the bundle.
import type * as z from 'zod/mini';
import { isObject } from '../is-object.ts';
import { requestSchema } from './request-schema.ts';

/**
 * What users write for boto3 is held to boto3's own check: its spelling and its types, without conversion. The SDK
 * itself leaves out what it does not know without a word.
 */
type Document = Readonly<Record<string, unknown>>;

const runTask = requestSchema(RunTaskRequest$);
const taskDefinition = requestSchema(RegisterTaskDefinitionRequest$);

/**
 * What boto3 would have against arguments of RunTask, each with its path, and what contradicts one launch as one task.
 * @param root what the path begins with
 */
export function runTaskProblems(kwargs: Document, root = 'run_task_kwargs'): string[] {
  const { count, overrides } = kwargs;
  const given = [
    ...('taskDefinition' in kwargs ? [`${root}.taskDefinition: set by the agent; remove it`] : []),
    ...(typeof count === 'number' && count !== 1
      ? [`${root}.count: expected 1, got ${count}; a flow run is one task, so remove it`]
      : []),
  ];
  const checked = { ...kwargs, ...(isObject(overrides) && { overrides: withTaskSize(overrides) }) };
  return [...given, ...problems(runTask, { ...checked, taskDefinition: '' }, root)];
}

/** What boto3 would have against a task definition, each with its path. Prefect names it itself and adds the flow's container. */
export function taskDefinitionProblems(definition: Document): string[] {
  const given = { containerDefinitions: [], ...withTaskSize(definition), family: '' };
  return problems(taskDefinition, given, 'task_definition');
}

/** CPU and memory of a task as Prefect passes them on: numbers as text, and null left out. */
export function withTaskSize(document: Document): Record<string, unknown> {
  const { cpu, memory, ...rest } = document;
  return { ...rest, ...sizeOf('cpu', cpu), ...sizeOf('memory', memory) };
}

function sizeOf(name: string, size: unknown): Record<string, unknown> {
  if (size === null || size === undefined) return {};
  return { [name]: typeof size === 'number' ? String(size) : size };
}

function problems(schema: z.ZodMiniType, value: unknown, root: string): string[] {
  const parsed = schema.safeParse(value, { error: describe });
  if (parsed.success) return [];
  return parsed.error.issues.flatMap((issue) => {
    const path = issue.path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`));
    const at = `${root}${path.join('')}`;
    if (issue.code !== 'unrecognized_keys') return [`${at}: ${issue.message}`];
    const known = issue.message.split(' ');
    return issue.keys.map((key) => `${at}.${key}: unknown field${suggestion(key, known)}`);
  });
}

/** For unknown fields the message is the list of those that are known there. */
function describe(issue: z.core.$ZodRawIssue): string {
  if (issue.code === 'unrecognized_keys') return knownFields(issue.inst).join(' ');
  if (issue.code !== 'invalid_type') return 'not valid';
  if (issue.input === undefined) return 'required';
  return `expected ${issue.expected}, got ${kindOf(issue.input)}`;
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

function knownFields(schema: z.core.$ZodRawIssue['inst']): string[] {
  const { shape } = (schema?._zod.def ?? {}) as Partial<z.core.$ZodObjectDef>;
  return Object.keys(shape ?? {});
}

/** A slip of the pen changes a third of the letters at most; case does not count, for AWS has it both ways. */
function suggestion(key: string, known: readonly string[]): string {
  const wanted = key.toLowerCase();
  const nearest = closest(
    wanted,
    known.map((name) => name.toLowerCase()),
  );
  const name = known.find((candidate) => candidate.toLowerCase() === nearest);
  const near = name !== undefined && distance(wanted, nearest) <= wanted.length / 3;
  return near ? `; did you mean ${name}?` : '';
}
