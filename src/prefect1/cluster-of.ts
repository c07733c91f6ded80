import type { Prefect1FlowRun } from './flow-run.ts';
import type { EcsSettings } from '../settings/settings.ts';

/** The cluster in which a run's task is started, by the same precedence as its request; undefined: the default one. */
export function clusterOf(
  { runConfig }: Pick<Prefect1FlowRun, 'runConfig'>,
  ecs: Pick<EcsSettings, 'cluster' | 'runTaskKwargs'>,
): string | undefined {
  const { cluster: own } = Object(runConfig?.['run_task_kwargs']) as { cluster?: unknown };
  const cluster = own ?? ecs.cluster ?? ecs.runTaskKwargs['cluster'];
  return typeof cluster === 'string' && cluster !== '' ? cluster : undefined;
}
