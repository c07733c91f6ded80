import type { EmbeddedPrefect1 } from '../../../src/sandbox/prefect1/prefect1-server.ts';
import type { Choices } from '../choices.ts';
import type { Records } from '../records.ts';

/** Retries of one mapped task. */
const MAPPED = 100;

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
  readonly records: Records;
  readonly choices: Choices;
}

/** Creates one run of any sort at a moment. */
type CreateRun = (nowMs: number) => void;

/** Creates what runs refer to. */
export function runFactory({ api, records, choices }: RunsOptions): CreateRun {
  api.createTenant();
  const etl = api.createFlow({ name: 'etl', storage: { type: 'S3' }, tasks: slugs(2) });
  const mapped = api.createFlow({ name: 'mapped', storage: { type: 'S3' }, tasks: slugs(MAPPED) });
  return (nowMs) => {
    const isWrong = choices.chance(0.15);
    const runConfig = choices.pick(isWrong ? WRONG : RIGHT);
    const outcome = choices.pick(['Success', 'Success', 'Success', 'Failed', 'Retrying', 'Crashed']);
    const offsetMs = choices.pick([0, 0, -choices.between(1, 600), choices.between(1, 240)]) * 1000;
    const startTime = new Date(nowMs + offsetMs).toISOString();
    const isRunning = choices.chance(0.15);
    const isMapped = choices.chance(0.15);
    const retries = isMapped ? MAPPED : choices.between(1, 2);
    const state = isRunning
      ? { type: 'Running', message: 'waits for a retry' }
      : { type: 'Scheduled', message: 'Flow run scheduled.', start_time: startTime };
    records.by('user', () => {
      const { id: flowId } = isRunning && isMapped ? mapped : etl;
      const parameters = { outcome };
      const { id } = api.createFlowRun({ flowId, runConfig, startTime, parameters, labels: [], state });
      records.created(id, isWrong ? JSON.stringify(runConfig) : undefined);
      if (!isRunning) return;
      // What an agent has put back may become due at another time than the rest, and is then a launch of its own.
      if (retries > 1) records.intend(id);
      for (const taskRun of api.taskRuns(id).slice(0, retries))
        api.setTaskRunState(taskRun.id, { type: 'Retrying', start_time: startTime, run_count: 1 });
    });
  };
}

function slugs(count: number): { readonly slug: string }[] {
  return Array.from({ length: count }, (_, i) => ({ slug: `task-${i}` }));
}
