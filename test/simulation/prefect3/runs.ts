import type { EmbeddedPrefect3 } from '../../../src/sandbox/prefect3/prefect3-server.ts';
import type { Choices } from '../choices.ts';
import type { Records } from '../records.ts';

type Json = Readonly<Record<string, unknown>>;

/** Job variables with which nothing can be launched. */
const WRONG: readonly [Json, ...Json[]] = [
  { cpu: 300, memory: 77 },
  { task_definition_arn: 'missing:7' },
  { task_definition_arn: 'keyless:1' },
  { cluster: 'nowhere' },
  { image: '{{ prefect.variables.missing }}' },
];

const RIGHT: readonly [Json, ...Json[]] = [
  { image: 'example.com/etl:1' },
  { image: 'example.com/etl:2', cpu: 512, memory: 1024 },
  { env: { REGION: 'eu' } },
  { task_definition_arn: 'pinned:1' },
];

export interface RunsOptions {
  readonly api: EmbeddedPrefect3;
  readonly records: Records;
  readonly choices: Choices;
}

/** Creates the deployments that runs are of. @returns what creates one run of any sort at a moment */
export function runFactory({ api, records, choices }: RunsOptions): (nowMs: number) => void {
  const deployments = [
    api.createDeployment({ name: 'etl' }),
    api.createDeployment({ name: 'nightly', jobVariables: { cpu: 512, memory: 1024 } }),
    api.createDeployment({ name: 'one-by-one', concurrencyLimit: 1 }),
    api.createDeployment({ name: 'newest-loses', concurrencyLimit: 2, collisionStrategy: 'CANCEL_NEW' }),
  ] as const;
  return (nowMs) => {
    const isWrong = choices.chance(0.15);
    const jobVariables = choices.pick(isWrong ? WRONG : RIGHT);
    const outcome = choices.pick(['Completed', 'Completed', 'Completed', 'Failed', 'Crashed']);
    const offsetMs = choices.pick([0, 0, -choices.between(1, 600), choices.between(1, 240)]) * 1000;
    const scheduledTime = new Date(nowMs + offsetMs).toISOString();
    const deployment = choices.pick(deployments);
    // Nobody can start a run of a deployment that has been deleted meanwhile.
    if (!isThere(api, deployment.id)) return;
    records.by('user', () => {
      const { id } = api.createFlowRun({
        deploymentId: deployment.id,
        scheduledTime,
        jobVariables,
        parameters: { outcome },
      });
      records.created(id, isWrong ? JSON.stringify(jobVariables) : undefined);
    });
  };
}

/** Whether there is a deployment of that id. */
export function isThere(api: EmbeddedPrefect3, deploymentId: string): boolean {
  const filter = { deployments: { id: { any_: [deploymentId] } } };
  return (api.send('POST', '/deployments/filter', filter) as readonly unknown[]).length > 0;
}
