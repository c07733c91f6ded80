import { FlowRunError } from '../errors.ts';
import { CLAIM_KEY_TAG } from '../tasks/task-request.ts';
import type { Container } from '../tasks/containers.ts';
import { MAX_TAG_VALUE_LENGTH, MAX_TAGS } from '../tasks/tag-limits.ts';
import type { Prefect1FlowRun } from './flow-run.ts';

/**
 * The tags of a run's task: the user's and Prefect's. Prefect's win, for what becomes of a run is read off them.
 * They are on the task and not on the definition, which runs of other flows may share.
 * @param given `tags` of RunTask's arguments
 * @param propagated tags of the definition that ECS copies to the task
 * @throws FlowRunError when there are more tags than ECS takes.
 */
export function taskTags(
  run: Prefect1FlowRun,
  given: readonly Container[],
  propagated: readonly Container[],
): object[] {
  const prefects = prefectTags(run);
  const reserved = new Set<unknown>([...prefects.map(({ key }) => key), CLAIM_KEY_TAG]);
  const users = given.filter(({ key }) => !reserved.has(key));
  const keys = new Set<unknown>([...reserved, ...users.map(({ key }) => key)]);
  for (const { key } of propagated) keys.add(key);
  if (keys.size > MAX_TAGS) {
    throw new FlowRunError(
      `run_task_kwargs.tags: ECS takes at most ${MAX_TAGS} tags for a task, got ${keys.size}, ` +
        `${reserved.size} of them Prefect's. Remove ${keys.size - MAX_TAGS} from run_task_kwargs or the task definition.`,
    );
  }
  return [...users, ...prefects];
}

function prefectTags({
  id,
  name,
  flow,
}: Prefect1FlowRun): { readonly key: string; readonly value: string }[] {
  return [
    { key: 'prefect:flow-run-id', value: id },
    { key: 'prefect:flow-run-name', value: tagValue(name) },
    { key: 'prefect:flow-id', value: flow.id },
    { key: 'prefect:flow-name', value: tagValue(flow.name) },
    { key: 'prefect:flow-version', value: String(flow.version) },
  ];
}

/** Text in the characters that ECS takes: letters, digits and spaces of any script, and `+ - = . _ : / @`. */
function tagValue(text: string): string {
  return text.slice(0, MAX_TAG_VALUE_LENGTH).replace(/[^\p{L}\p{N}\p{Z}+\-=._:/@]/gu, '_');
}
