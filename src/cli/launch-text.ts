import { formatDuration } from './format-duration.ts';

/** How the launch, not the start, lies to the start time: a container that is early waits. */
export function punctuality(lateMs: number | null | undefined): string {
  if (lateMs === null || lateMs === undefined) return '-';
  return lateMs < 0 ? `${formatDuration(-lateMs)} early` : `${formatDuration(lateMs)} late`;
}

/** Of a task's ARN, what the ECS console asks for; another text as it is. */
export function shortTask(detail: string): string {
  return detail.replace(/^arn:[^:]*:ecs:[^:]*:[^:]*:/, '');
}
