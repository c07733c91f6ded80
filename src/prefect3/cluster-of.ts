import type { PrefectDocuments } from './documents.ts';
import type { Prefect3FlowRun } from './flow-run.ts';
import { filledTemplate, resolve } from './job-configuration.ts';
import type { TaskRequestSettings } from './task-request-settings.ts';
import type { WorkPool } from './work-pool.ts';

/**
 * The cluster in which a run's task is started, by the same precedence as its request; undefined: the default one.
 * Once the launch was told, it is the one in which the task is.
 * @throws FlowRunError or PrefectApiError when the cluster is in a block or a variable that can't be had.
 */
export async function clusterOf(
  run: Pick<Prefect3FlowRun, 'deployment' | 'infrastructurePid' | 'jobVariables'>,
  pool: Pick<WorkPool, 'baseJobTemplate'>,
  documents: PrefectDocuments,
  { cluster: agents }: Pick<TaskRequestSettings['ecs'], 'cluster'>,
  signal: AbortSignal,
): Promise<string | undefined> {
  const [launched, task] = run.infrastructurePid?.split('::') ?? [];
  if (launched && task !== undefined) return launched;
  const { cluster, task_run_request: request } = filledTemplate(run, pool);
  const requested = Object(request) as { cluster?: unknown };
  const resolved = await resolve([requested.cluster, cluster], documents, signal);
  const [first] = (resolved as unknown[]).filter((name) => typeof name === 'string' && name !== '');
  return typeof first === 'string' ? first : agents;
}
