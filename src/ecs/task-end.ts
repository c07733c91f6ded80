import type { Container, Task } from '@aws-sdk/client-ecs';
import * as z from 'zod/mini';
import type { TaskEnd } from '../agent/launched-task.ts';
import { RULES } from './refusal-rules.ts';

const text = z.optional(z.string('expected text'));
const moment = z.optional(
  z.unknown().check(
    z.refine((value) => value instanceof Date && !Number.isNaN(value.getTime()), {
      error: 'expected a moment',
    }),
  ),
);

/** What is read of DescribeTasks's answer. */
export const describedTasks = z.object({
  tasks: z.array(
    z.object({
      taskArn: z.string('expected text'),
      taskDefinitionArn: text,
      startedBy: text,
      lastStatus: text,
      stopCode: text,
      stoppedReason: text,
      stoppedAt: moment,
      createdAt: moment,
      startedAt: moment,
      tags: z.optional(z.array(z.object({ key: text, value: text }))),
      containers: z.optional(
        z.array(z.object({ name: text, reason: text, exitCode: z.optional(z.number('expected a number')) })),
      ),
    }),
    'expected a list',
  ),
});

interface StopRule {
  /** Matched with what ECS says of a task that could not be started. */
  readonly pattern: RegExp;
  readonly cause: 'account' | 'run';
  /** Of an account's cause, the members of the request that it is about: chosen by the run, they are the run's. */
  readonly about?: readonly string[];
}

const NETWORK = ['networkConfiguration', 'networkMode'];
const ROLE = ['executionRoleArn', 'taskRoleArn'];

/** In order: the first that matches decides. What none of them knows is taken for the run's, whose attempts are bounded. */
const STOP_RULES: readonly StopRule[] = [
  // What the image itself says comes in its own words, in which anything may stand.
  { pattern: /OutOfMemory|Cannot(Start|Create|Inspect)Container/, cause: 'run' },
  // In AWS's own form and place: what a program says of throttling is its own.
  {
    pattern: /^TaskFailedToStart: (CannotPull.*)?(Throttling\w*: )?(Rate|Request limit) exceeded/s,
    cause: 'account',
    about: [],
  },
  {
    pattern: /CannotPull.*(time-?d? ?out|deadline|connection|no such host|toomanyrequests|\b(429|50\d)\b)/is,
    cause: 'account',
    about: NETWORK,
  },
  { pattern: /CannotPull.*(AccessDenied|not authorized)/is, cause: 'account', about: ROLE },
  { pattern: /CannotPull/, cause: 'run' },
  // Secrets, the registry's key, logs and volumes: ECS reads them with a role and over the network.
  {
    pattern: /ResourceInitializationError/,
    cause: 'account',
    about: [...NETWORK, ...ROLE, 'containerDefinitions', 'volumes'],
  },
  { pattern: /network interface|\bENI\b|internal (server )?error/i, cause: 'account', about: [] },
];

/** What RunTask may refuse as well, and what is as true of a task that it took. */
const SHARED_RULES: readonly StopRule[] = RULES.filter(
  ({ cause, about = [] }) =>
    cause === 'capacity' || [...NETWORK, ...ROLE].some((name) => about.includes(name)),
).map(({ pattern, about = [] }) => ({ pattern, about, cause: 'account' }));

const INTERRUPTIONS: readonly unknown[] = ['SpotInterruption', 'TerminationNotice', 'InfrastructureHealth'];

/**
 * How a task ended, read off what DescribeTasks says of it.
 * @param chosenByRun what the run chose of the task, by the names of ECS's members.
 * @returns undefined while the task has not stopped.
 */
export function readTaskEnd(task: Task, chosenByRun: ReadonlySet<string>): TaskEnd | undefined {
  const { lastStatus, stopCode, stoppedAt, createdAt, containers = [] } = task;
  if (lastStatus !== 'STOPPED') return undefined;
  const exitCode = flowContainer(task)?.exitCode;
  const said = [task.stoppedReason, ...containers.map(({ reason }) => reason)].filter(
    (text) => text !== undefined && text !== '',
  );
  const text = `${stopCode ?? 'No stopCode'}: ${[...new Set(said)].join('; ') || 'no reason given'}`;
  return {
    atMs: (stoppedAt ?? createdAt)?.getTime() ?? 0,
    cause: causeOf(stopCode, text, chosenByRun),
    reason: `${taskName(task)} stopped, ${text}${exitCode === undefined ? '' : ` (exit code ${exitCode})`}`,
    likeness: `${likenessOf(text)} ${exitCode ?? ''}`,
    program: task.taskDefinitionArn ?? '',
    exitCode,
  };
}

function causeOf(
  stopCode: Task['stopCode'],
  text: string,
  chosenByRun: ReadonlySet<string>,
): TaskEnd['cause'] {
  if (INTERRUPTIONS.includes(stopCode)) return 'interruption';
  if (stopCode !== 'TaskFailedToStart') return 'run';
  // The image's name is the user's, and may be any of the words that are looked for.
  const words = text.includes('CannotPull') ? withoutNames(text) : text;
  const rule = [...STOP_RULES, ...SHARED_RULES].find(({ pattern }) => pattern.test(words));
  const isRuns = rule?.about?.some((member) => chosenByRun.has(member)) === true;
  return rule === undefined || isRuns ? 'run' : rule.cause;
}

/** Called `flow` by Prefect 1 and mostly `prefect` since; in doubt the one whose command was replaced, or any that ran. */
function flowContainer({ containers = [], overrides }: Task): Container | undefined {
  const commanded = overrides?.containerOverrides?.find(({ command }) => command !== undefined)?.name;
  for (const wanted of ['flow', 'prefect', commanded]) {
    const found = containers.find(({ name }) => name === wanted && name !== undefined);
    if (found !== undefined) return found;
  }
  return containers.find(({ exitCode }) => exitCode !== undefined);
}

function taskName({ taskArn = '' }: Task): string {
  return `Task ${taskArn.split(':task/').at(-1) ?? ''}`;
}

/** The text without names that have a path or a version. */
function withoutNames(text: string): string {
  return text.replace(/\S+[/:@]\S+/g, '*');
}

/** The text without what is different for each task: names, ids and numbers. */
function likenessOf(text: string): string {
  return withoutNames(text).replace(/\b[0-9a-f]{8,}\b|\d+/gi, '#');
}
