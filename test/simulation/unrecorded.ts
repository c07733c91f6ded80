import type { Task } from '../../src/sandbox/ecs/new-task.ts';
import { type Records, runOf } from './records.ts';

/** What the world of a Prefect has not told `Records`: an invariant that nobody looks at is never broken. */
export function unrecorded(
  { runs, changes, arrivals }: Pick<Records, 'runs' | 'changes' | 'arrivals'>,
  tasks: readonly Pick<Task, 'startedBy' | 'containers'>[],
): string | undefined {
  if (runs.size === 0) return 'no flow run was ever created';
  if (tasks.length > 0 && changes === 0) return 'a task was launched, and no state of a run was recorded';
  // A process that finds its run cancelled may end without a look, and so well.
  const isUntouched = (id: string) => {
    const run = runs.get(id);
    return run?.intentions === 1 && run.cancelled === 0;
  };
  const hasEndedWell = tasks.some(
    (task) => task.containers.some(({ exitCode }) => exitCode === 0) && isUntouched(runOf(task)),
  );
  return hasEndedWell && arrivals === 0 ? 'a flow process has ended well, and none ever came' : undefined;
}
