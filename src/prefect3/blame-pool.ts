import { FlowRunError, SettingsError } from '../errors.ts';
import type { Prefect3FlowRun } from './flow-run.ts';
import type { WorkPool } from './work-pool.ts';

/**
 * Builds something of a run. What the pool's template has wrong by itself, for a run without any job variables as
 * well, is not the run's fault: its runs would all be failed for what only the pool's owner can correct.
 * @throws SettingsError in its place, and what `build` throws otherwise.
 */
export async function blamingPool<T>(
  run: Prefect3FlowRun,
  pool: Pick<WorkPool, 'name'>,
  build: (run: Prefect3FlowRun) => Promise<T>,
): Promise<T> {
  try {
    return await build(run);
  } catch (error) {
    if (!(error instanceof FlowRunError) || !(await failsAlike(withoutJobVariables(run), build, error))) {
      throw error;
    }
    throw new SettingsError(`Work pool \`${pool.name}\`: ${error.message}`, { cause: error });
  }
}

async function failsAlike(
  run: Prefect3FlowRun,
  build: (run: Prefect3FlowRun) => Promise<unknown>,
  { message }: FlowRunError,
): Promise<boolean> {
  try {
    await build(run);
    return false;
  } catch (error) {
    return error instanceof FlowRunError && error.message === message;
  }
}

function withoutJobVariables(run: Prefect3FlowRun): Prefect3FlowRun {
  const deployment = run.deployment && { ...run.deployment, jobVariables: {} };
  return { ...run, deployment, jobVariables: {} };
}
