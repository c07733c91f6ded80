import type { FlowRun } from './prefect1/tables.ts';
import type { Prefect1Sandbox } from './prefect1/prefect1-server.ts';

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;

/** The label of the demonstration's agent. */
export const LABEL = 'demo';

/** What a sample shows, in words for the table. */
export interface SampleRun {
  readonly flowRunId: string;
  readonly shows: string;
}

/** A handful of flow runs that cover what an agent meets. */
export function createSampleRuns(api: Prefect1Sandbox): readonly SampleRun[] {
  api.createTenant();
  const storage = { type: 'Local' };
  const flow = api.createFlow({ name: 'etl', storage });
  const at = (offsetMs: number) => new Date(Date.now() + offsetMs).toISOString();
  const ecsRun = { type: 'ECSRun', labels: [LABEL], image: 'example.com/etl:1', cpu: '512', memory: '1024' };
  const sample = (shows: string, run: Partial<Parameters<typeof api.createFlowRun>[0]>): SampleRun => {
    const created: FlowRun = api.createFlowRun({
      flowId: flow.id,
      labels: [LABEL],
      runConfig: ecsRun,
      ...run,
    });
    return { flowRunId: created.id, shows };
  };
  // Of a full second, as the runs of a schedule are: a fraction of a second is rounded up.
  const soonMs = Math.ceil(Date.now() / SECOND_MS + 3) * SECOND_MS;
  return [
    sample('in 3 seconds: launched ahead', { startTime: new Date(soonMs).toISOString() }),
    sample('due now', { startTime: at(0) }),
    sample('five minutes late', { startTime: at(-5 * MINUTE_MS) }),
    sample('no run config', {
      startTime: at(0),
      runConfig: { type: 'UniversalRun', labels: [LABEL], env: { REGION: 'eu' } },
    }),
    sample('its flow fails', { startTime: at(0), parameters: { outcome: 'Failed' } }),
    sample('wrong run config', { startTime: at(0), runConfig: { type: 'LocalRun', labels: [LABEL] } }),
    sample('in an hour', { startTime: at(60 * MINUTE_MS) }),
    sample('no label', { startTime: at(0), labels: [] }),
  ];
}
