import { FlowRunError } from '../errors.ts';
import type { Prefect3FlowRun } from './flow-run.ts';
import type { Job } from './job-configuration.ts';
import { isObject } from '../is-object.ts';
import { pythonStr } from '../python/python-str.ts';
import type { TaskRequestSettings } from './task-request-settings.ts';
import { CLAIM_KEY_TAG } from '../tasks/task-request.ts';
import { MAX_TAG_VALUE_LENGTH, MAX_TAGS } from '../tasks/tag-limits.ts';

/** The script of numbers and letters does not matter to ECS, but it does to Prefect: only these stay. */
const DISALLOWED = /[^a-zA-Z0-9_./=+:@-]/g;

export interface TaskTag {
  readonly key: string;
  readonly value: string;
}

/**
 * The tags of a run's task, in rising precedence: those of the pool's request, Prefect's own labels, and the labels
 * of the job.
 * @param given `tags` of the request: a list as ECS has it, or labels
 * @param propagated keys of the definition's tags that ECS copies to the task
 * @throws FlowRunError for a label that makes no tag, and when there are more tags than ECS takes.
 */
export function taskTags(
  run: Prefect3FlowRun,
  job: Job,
  settings: Pick<TaskRequestSettings, 'agent' | 'prefectVersion'>,
  given: unknown,
  propagated: readonly string[],
): TaskTag[] {
  const labels = { ...givenLabels(given), ...prefectLabels(run, job, settings), ...job.configuration.labels };
  const tags = new Map(Object.entries(labels).map(([key, value]) => [tagKey(key), tagValue(value)]));
  tags.delete(CLAIM_KEY_TAG);
  const keys = new Set([...tags.keys(), ...propagated, CLAIM_KEY_TAG]);
  if (keys.size > MAX_TAGS) {
    throw new FlowRunError(
      `labels: ECS takes at most ${MAX_TAGS} tags for a task, got ${keys.size}, Prefect's own included. ` +
        `Remove ${keys.size - MAX_TAGS} from the labels or the tags of the work pool.`,
    );
  }
  return Array.from(tags, ([key, value]) => ({ key, value }));
}

function tagKey(label: string): string {
  const key = tagText(label);
  if (key !== '') return key;
  throw new FlowRunError(
    `labels: expected letters, digits or \`_./=+:@\` in a label’s name, got ${JSON.stringify(label)}. Rename it.`,
  );
}

function tagValue(text: string): string {
  return tagText(text).slice(0, MAX_TAG_VALUE_LENGTH);
}

/**
 * A label's text as Prefect 3's ECS worker makes it a tag: dashes for what it does not let through, none of them
 * doubled or at an end, and no commas between digits. As `slugify` of python-slugify with the worker's options, but
 * for HTML entities, which stay text.
 */
export function tagText(text: string): string {
  return text
    .replace(/'+/g, '-')
    .normalize('NFKC')
    .replaceAll("'", '')
    .replace(/(?<=\p{Nd}),(?=\p{Nd})/gu, '')
    .replace(DISALLOWED, '-')
    .replace(/-{2,}/g, '-')
    .replace(/^-|-$/g, '');
}

function givenLabels(given: unknown): Record<string, string> {
  const entries: [unknown, unknown][] = Array.isArray(given)
    ? given.filter(isObject).map(({ key, value }) => [key, value])
    : Object.entries(Object(given) as object);
  return Object.fromEntries(entries.map(([key, value]) => [pythonStr(key), pythonStr(value ?? '')]));
}

function prefectLabels(
  { id, name, flow, deployment }: Prefect3FlowRun,
  { workPool }: Job,
  { agent, prefectVersion }: Pick<TaskRequestSettings, 'agent' | 'prefectVersion'>,
): Record<string, string> {
  return {
    'prefect.io/flow-run-id': id,
    'prefect.io/flow-run-name': name,
    'prefect.io/version': prefectVersion(),
    'prefect.io/work-pool-name': workPool.name,
    'prefect.io/work-pool-id': workPool.id,
    'prefect.io/worker-name': agent.name,
    'prefect.io/flow-id': flow.id,
    'prefect.io/flow-name': flow.name,
    ...(deployment !== undefined && {
      'prefect.io/deployment-id': deployment.id,
      'prefect.io/deployment-name': deployment.name,
    }),
    ...(deployment?.updated !== undefined && {
      // As Python writes the zone.
      'prefect.io/deployment-updated': deployment.updated.replace(/Z$/, '+00:00'),
    }),
  };
}
