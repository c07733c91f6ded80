import type { EmbeddedEcs } from '../../src/sandbox/ecs/ecs-server.ts';
import type { EmbeddedPrefect1 } from '../../src/sandbox/prefect1/prefect1-server.ts';
import type { Choices } from './choices.ts';
import type { Records } from './records.ts';
import { KEY_ARN } from './sandbox.ts';

type RunConfig = Readonly<Record<string, unknown>>;

/** Run configs that nobody can launch. */
const WRONG: readonly [RunConfig, ...RunConfig[]] = [
  { type: 'LocalRun' },
  { type: 'ECSRun', cpu: '300', memory: '77' },
  { type: 'ECSRun', task_definition_arn: 'missing:7' },
  { type: 'ECSRun', task_definition_arn: 'keyless:1' },
  { type: 'ECSRun', task_definition_arn: 'pinned:1', image: 'example.com/other' },
  { type: 'ECSRun', run_task_kwargs: { cluster: 'nowhere' } },
];

const RIGHT: readonly [RunConfig, ...RunConfig[]] = [
  { type: 'ECSRun', image: 'example.com/etl:1' },
  { type: 'ECSRun', image: 'example.com/etl:2', cpu: '512', memory: '1024' },
  { type: 'UniversalRun', env: { REGION: 'eu' } },
  { type: 'ECSRun', task_definition_arn: 'pinned:1' },
];

export interface RunsOptions {
  readonly api: EmbeddedPrefect1;
  readonly ecs: EmbeddedEcs;
  readonly records: Records;
  readonly choices: Choices;
}

/** Registers what runs refer to. @returns what creates one run of any sort at a moment, and answers its id. */
export function runFactory({ api, ecs, records, choices }: RunsOptions): (nowMs: number) => string {
  api.createTenant();
  const tasks = [{ slug: 'extract-1' }, { slug: 'load-1' }];
  const flow = api.createFlow({ name: 'etl', storage: { type: 'S3' }, tasks });
  const secrets = [{ name: 'PREFECT__CLOUD__API_KEY', valueFrom: KEY_ARN }];
  ecs.putTaskDefinition({
    family: 'pinned',
    executionRoleArn: 'arn:aws:iam::123456789012:role/execution',
    networkMode: 'awsvpc',
    cpu: '256',
    memory: '512',
    requiresCompatibilities: ['FARGATE'],
    containerDefinitions: [{ name: 'flow', image: 'example.com/pinned', secrets }],
  });
  ecs.putTaskDefinition({
    ...{ family: 'keyless', networkMode: 'awsvpc', cpu: '256', memory: '512' },
    requiresCompatibilities: ['FARGATE'],
    containerDefinitions: [{ name: 'flow', image: 'example.com/keyless' }],
  });
  return (nowMs) => {
    const isWrong = choices.chance(0.15);
    const runConfig = choices.pick(isWrong ? WRONG : RIGHT);
    const outcome = choices.pick(['Success', 'Success', 'Success', 'Failed', 'Retrying', 'Crashed']);
    const offsetMs = choices.pick([0, 0, -choices.between(1, 600), choices.between(1, 240)]) * 1000;
    const startTime = new Date(nowMs + offsetMs).toISOString();
    const isRunning = choices.chance(0.15);
    const state = isRunning
      ? { type: 'Running', message: 'waits for a retry' }
      : { type: 'Scheduled', message: 'Flow run scheduled.', start_time: startTime };
    return records.by('user', () => {
      const parameters = { outcome };
      const run = api.createFlowRun({ flowId: flow.id, runConfig, startTime, parameters, labels: [], state });
      records.created(run.id, isWrong ? JSON.stringify(runConfig) : undefined);
      const retries = isRunning ? api.taskRuns(run.id).slice(0, choices.between(1, 2)) : [];
      for (const { id } of retries.slice(1)) {
        // Each may become due at another time, and is then a launch of its own.
        records.intend(run.id);
        api.setTaskRunState(id, { type: 'Retrying', start_time: startTime, run_count: 1 });
      }
      const [first] = retries;
      if (first !== undefined) {
        api.setTaskRunState(first.id, { type: 'Retrying', start_time: startTime, run_count: 1 });
      }
      return run.id;
    });
  };
}
