import type { Clock } from '../clock.ts';
import type { AgentSettings, EcsSettings, Prefect1Settings } from '../settings/settings.ts';
import type { FlowRunKey } from '../tasks/flow-run-key.ts';

/** The names under which a flow process looks for the key: since 1.0, and before. */
export const KEY_VARIABLES = ['PREFECT__CLOUD__API_KEY', 'PREFECT__CLOUD__AUTH_TOKEN'] as const;

/** The settings that shape a task of Prefect 1. What the run config says goes before them. */
export interface TaskRequestSettings {
  readonly prefect: Pick<Prefect1Settings, 'backend' | 'api'>;
  readonly agent: Pick<AgentSettings, 'labels' | 'envVars' | 'noCloudLogs'>;
  readonly ecs: Omit<EcsSettings, 'launchRate' | 'maxTasksInFlight' | 'spotFallback' | 'spotReschedule'>;
  readonly flowLogLevel: string;
  readonly key: FlowRunKey;
  /** Known once the backend is connected. */
  readonly tenantId: () => string | undefined;
  /** Tells whether the run's start time is still ahead. */
  readonly clock: Pick<Clock, 'now'>;
}
