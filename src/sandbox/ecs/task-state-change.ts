import type { Task } from './new-task.ts';

/** An event as ECS sends it to EventBridge. */
export interface TaskStateChange {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': 'ECS Task State Change';
  readonly source: 'aws.ecs';
  readonly account: string;
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
}

/** What EventBridge tells of a task that was launched or changed: all but its tags. The same change has the same id. */
export function taskStateChange(task: Task): TaskStateChange {
  const [, , , region = '', account = ''] = task.taskArn.split(':');
  const { tags: _, ...detail } = task;
  const changed = task.stoppedAt ?? task.stoppingAt ?? task.startedAt ?? task.createdAt;
  const time = changed.toISOString();
  return {
    version: '0',
    id: `${task.taskArn.split('/').at(-1) ?? ''}-${task.version}`,
    'detail-type': 'ECS Task State Change',
    source: 'aws.ecs',
    account,
    time,
    region,
    resources: [task.taskArn],
    // As JSON: dates become texts.
    detail: JSON.parse(JSON.stringify({ ...detail, updatedAt: time })) as Record<string, unknown>,
  };
}
