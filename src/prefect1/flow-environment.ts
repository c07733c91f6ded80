import { pythonRepr } from '../python/python-repr.ts';
import type { Prefect1FlowRun } from './flow-run.ts';
import { KEY_VARIABLES, type TaskRequestSettings } from './task-request-settings.ts';

/** Variables that differ from run to run or must not stay readable: see `FlowContainer`. */
export const PER_RUN: ReadonlySet<string> = new Set([
  'PREFECT__CONTEXT__FLOW_RUN_ID',
  'PREFECT__CONTEXT__FLOW_ID',
  ...KEY_VARIABLES,
]);

/** The agent's own variables that anyone may read: all but the key's. */
export const HARMLESS_VARIABLES: ReadonlySet<string> = new Set([
  'PREFECT__BACKEND',
  'PREFECT__CLOUD__AGENT__LABELS',
  'PREFECT__CLOUD__API',
  'PREFECT__CLOUD__SEND_FLOW_RUN_LOGS',
  'PREFECT__CLOUD__TENANT_ID',
  'PREFECT__CLOUD__USE_LOCAL_SECRETS',
  'PREFECT__CONTEXT__FLOW_ID',
  'PREFECT__CONTEXT__FLOW_RUN_ID',
  'PREFECT__ENGINE__FLOW_RUNNER__DEFAULT_CLASS',
  'PREFECT__LOGGING__LEVEL',
  'PREFECT__LOGGING__LOG_TO_CLOUD',
]);

/**
 * The environment of a flow run's container, in rising precedence: the log level, the agent's variables, the
 * run config's, and what the flow run needs. As `get_run_task_kwargs` of Prefect 1.4.1's ECS agent.
 */
export function flowEnvironment(
  { id, flow }: Prefect1FlowRun,
  runConfigEnv: Readonly<Record<string, string>>,
  settings: TaskRequestSettings,
): Record<string, string> {
  const { agent, prefect, key, tenantId } = settings;
  const sendLogs = String(!agent.noCloudLogs);
  const chosen = { PREFECT__LOGGING__LEVEL: settings.flowLogLevel, ...agent.envVars, ...runConfigEnv };
  // A flow run may turn its logs off, but not on again where the agent has them off.
  const keepsOwn = !agent.noCloudLogs && 'PREFECT__CLOUD__SEND_FLOW_RUN_LOGS' in chosen;
  return {
    ...chosen,
    ...(!keepsOwn && { PREFECT__CLOUD__SEND_FLOW_RUN_LOGS: sendLogs }),
    PREFECT__CLOUD__USE_LOCAL_SECRETS: 'false',
    PREFECT__ENGINE__FLOW_RUNNER__DEFAULT_CLASS: 'prefect.engine.cloud.CloudFlowRunner',
    PREFECT__BACKEND: prefect.backend,
    PREFECT__CLOUD__API: prefect.api,
    PREFECT__CONTEXT__FLOW_RUN_ID: id,
    PREFECT__CONTEXT__FLOW_ID: flow.id,
    PREFECT__CLOUD__TENANT_ID: key.kind === 'none' ? '' : (tenantId() ?? ''),
    PREFECT__CLOUD__AGENT__LABELS: pythonRepr(agent.labels),
    // For containers older than 0.15.0.
    PREFECT__LOGGING__LOG_TO_CLOUD: sendLogs,
    ...keyVariables(key),
  };
}

/** A key that lives in a secret is not among them: the task definition names the secret. */
function keyVariables(key: TaskRequestSettings['key']): Record<string, string> {
  const value = key.kind === 'value' ? key.value.reveal() : key.kind === 'none' ? '' : undefined;
  return value === undefined ? {} : Object.fromEntries(KEY_VARIABLES.map((name) => [name, value]));
}
