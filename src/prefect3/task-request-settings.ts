import type { FlowRunKey } from '../tasks/flow-run-key.ts';
import type { AgentSettings, EcsSettings } from '../settings/settings.ts';

/** The names under which a flow process looks for what it shows to the API: Prefect Cloud's key, a server's auth string. */
export const KEY_VARIABLES = ['PREFECT_API_KEY', 'PREFECT_API_AUTH_STRING'] as const;

/** The settings that shape a task of Prefect 3. What the work pool says goes before them. */
export interface TaskRequestSettings {
  /** `PREFECT_API_URL`, as tasks are given it. */
  readonly api: string;
  readonly agent: Pick<AgentSettings, 'name' | 'envVars'>;
  /** Of the arguments of RunTask only the network. */
  readonly ecs: Pick<
    EcsSettings,
    'cluster' | 'executionRoleArn' | 'taskRoleArn' | 'plaintextApiKey' | 'runTaskKwargs'
  >;
  readonly key: FlowRunKey;
  /** The variable that the key is for. */
  readonly keyVariable: (typeof KEY_VARIABLES)[number];
  /** Where tasks are started, and their logs are. */
  readonly region: string;
  /** The server's version, such as `3.8.8`, by which the default image is chosen; `3` while it is not known. */
  readonly prefectVersion: () => string;
}
