import type { LaunchedTask, TaskEnd } from '../../src/agent/launched-task.ts';

/** How a task ended whose image is not there. */
export const taskEnd = (change: Partial<TaskEnd> = {}): TaskEnd => ({
  atMs: 1000,
  cause: 'run',
  reason: 'no such image',
  likeness: 'no such image',
  program: 'etl:1',
  exitCode: undefined,
  ...change,
});

/** A task of a claim that has stopped. */
export const stoppedTask = (claimKey: string | undefined, change: Partial<TaskEnd> = {}): LaunchedTask => ({
  id: `task-${claimKey ?? ''}`,
  claimKey,
  end: taskEnd(change),
});
