import type { Tag } from '@aws-sdk/client-ecs';
import type { TaskDefinitionContent } from '../tasks/task-request.ts';

/** The tag of a task definition that says on which day a run last used it: a UTC date, YYYY-MM-DD. */
export const LAST_USED = 'prefect:last-used';

/** What AWS allows for one resource. */
const MAX_TAGS = 50;

/** The UTC date of a moment in milliseconds, YYYY-MM-DD. Later days are greater as texts too. */
export function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

/** The day that the tag says; undefined when there is none, or something else than a day in it. */
export function lastUsedOf(tags: readonly Tag[] = []): string | undefined {
  const day = tags.find(({ key }) => key === LAST_USED)?.value ?? '';
  const ms = /^\d{4}-\d\d-\d\d$/.test(day) ? Date.parse(day) : NaN;
  return Number.isNaN(ms) ? undefined : day;
}

/** Whether the tag is there or may be added. */
export function hasRoomForLastUsed(tags: readonly Tag[] = []): boolean {
  return tags.length < MAX_TAGS || tags.some(({ key }) => key === LAST_USED);
}

/** The definition with the day of its use. One that the user gave fifty tags goes without. */
export function withLastUsed(content: TaskDefinitionContent, day: string): TaskDefinitionContent {
  const bare = withoutLastUsed(content);
  const tags: unknown = bare.tags ?? [];
  // What the user wrote may be no list; ECS says so.
  if (!Array.isArray(tags) || tags.length >= MAX_TAGS) return bare;
  return { ...bare, tags: [...(tags as Tag[]), { key: LAST_USED, value: day }] };
}

/** The definition as the user means it: the day of use is no part of what it says. */
export function withoutLastUsed(content: TaskDefinitionContent): TaskDefinitionContent {
  const tags: unknown = content.tags;
  if (!Array.isArray(tags) || !tags.some(isLastUsed)) return content;
  return { ...content, tags: (tags as Tag[]).filter((tag) => !isLastUsed(tag)) };
}

function isLastUsed(tag: unknown): boolean {
  return typeof tag === 'object' && tag !== null && 'key' in tag && tag.key === LAST_USED;
}
