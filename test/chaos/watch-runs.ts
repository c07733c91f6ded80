import * as z from 'zod/mini';
import { clientToken } from '../../src/ecs/client-token.ts';
import type { Sandbox } from '../../src/sandbox/start-sandbox.ts';
import { CLAIM_KEY_TAG } from '../../src/tasks/task-request.ts';
import { flowRunOf } from '../bench/flow-run-of.ts';

const claim = z.object({ serverless_prefect_agent: z.object({ claim_key: z.string() }) });

/** What becomes of the runs. */
export interface RunsSeen {
  /** How often each run was executed, by its id. */
  readonly executions: ReadonlyMap<string, number>;
  /** How many tasks each claim has got, by its client token. */
  readonly tasks: ReadonlyMap<string, number>;
  /** The runs of tasks that were launched without a claim that came before. */
  readonly unclaimed: readonly string[];
  readonly failed: readonly string[];
  /** Runs that went back to the queue although their claim has a task. */
  readonly putBackWithTask: readonly string[];
  /** Runs that are claimed and have no task. */
  leftClaimed(): readonly string[];
}

/** Notes what becomes of the runs, and lets each task report as a flow process does, which runs whatever it is given. */
export function watchRuns({ prefect1, ecs }: Pick<Sandbox, 'prefect1' | 'ecs'>): RunsSeen {
  const executions = new Map<string, number>();
  const tasks = new Map<string, number>();
  /** The token of each run's last claim. */
  const claims = new Map<string, string>();
  const unclaimed: string[] = [];
  const failed: string[] = [];
  const putBackWithTask: string[] = [];
  prefect1.onStateChange(({ flowRunId, to }) => {
    if (to.type === 'Failed') failed.push(flowRunId);
    if (to.type === 'Scheduled' && tasks.has(claims.get(flowRunId) ?? '')) putBackWithTask.push(flowRunId);
    if (to.type !== 'Submitted') return;
    claims.set(flowRunId, clientToken(flowRunId, claim.parse(to.context).serverless_prefect_agent.claim_key));
  });
  ecs.onTaskChange((task) => {
    const id = flowRunOf(task);
    if (task.lastStatus === 'PROVISIONING') {
      const key = task.tags.find((tag) => tag.key === CLAIM_KEY_TAG)?.value ?? '';
      const token = clientToken(id, key);
      increment(tasks, token);
      if (claims.get(id) !== token) unclaimed.push(id);
    }
    if (task.lastStatus === 'RUNNING') {
      increment(executions, id);
      prefect1.setFlowRunState(id, { type: 'Running' });
    }
    if (task.lastStatus === 'STOPPED') prefect1.setFlowRunState(id, { type: 'Success' });
  });
  const leftClaimed = () =>
    prefect1
      .flowRuns()
      .filter(({ id, state }) => state === 'Submitted' && !tasks.has(claims.get(id) ?? ''))
      .map(({ id }) => id);
  return { executions, tasks, unclaimed, failed, putBackWithTask, leftClaimed };
}

function increment(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
