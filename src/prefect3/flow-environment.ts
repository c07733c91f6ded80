import type { Prefect3FlowRun } from './flow-run.ts';
import type { JobConfiguration } from './job-configuration-schema.ts';
import { KEY_VARIABLES, type TaskRequestSettings } from './task-request-settings.ts';

/** What tells a flow process which run it is, and the API who asks. */
const ATTRIBUTION = [
  'PREFECT__FLOW_RUN_ID',
  'PREFECT__WORKER_NAME',
  'PREFECT__FLOW_ID',
  'PREFECT__FLOW_NAME',
  'PREFECT__DEPLOYMENT_ID',
  'PREFECT__DEPLOYMENT_NAME',
] as const;

/** Variables that differ from run to run or must not stay readable: see `FlowContainer`. */
export const PER_RUN: ReadonlySet<string> = new Set([...ATTRIBUTION, ...KEY_VARIABLES]);

/** The agent's own variables that anyone may read: all but the key's. */
export const HARMLESS_VARIABLES: ReadonlySet<string> = new Set([...ATTRIBUTION, 'PREFECT_API_URL']);

/**
 * The environment of a flow run's container, in rising precedence: the agent's, what the flow run needs, and the
 * job's, in which null unsets a variable. As `prepare_for_flow_run` of Prefect 3.
 */
export function flowEnvironment(
  run: Prefect3FlowRun,
  { env }: Pick<JobConfiguration, 'env'>,
  settings: TaskRequestSettings,
): Record<string, string> {
  const { agent, api, key, keyVariable } = settings;
  const all: Record<string, string | null> = {
    PREFECT_API_URL: api,
    ...(key.kind === 'value' && { [keyVariable]: key.value.reveal() }),
    ...agent.envVars,
    ...attribution(run, agent.name),
    ...env,
  };
  return Object.fromEntries(
    Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== null),
  );
}

function attribution(
  { id, flow, deployment }: Prefect3FlowRun,
  worker: string,
): Partial<Record<(typeof ATTRIBUTION)[number], string>> {
  return {
    PREFECT__FLOW_RUN_ID: id,
    PREFECT__WORKER_NAME: worker,
    PREFECT__FLOW_ID: flow.id,
    PREFECT__FLOW_NAME: flow.name,
    ...(deployment !== undefined && {
      PREFECT__DEPLOYMENT_ID: deployment.id,
      PREFECT__DEPLOYMENT_NAME: deployment.name,
    }),
  };
}
