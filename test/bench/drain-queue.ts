import { startSandbox, type Sandbox } from '../../src/sandbox/start-sandbox.ts';
import { flowRunOf } from './flow-run-of.ts';
import { playFlows } from './play-flows.ts';
import { sum } from './sum.ts';

/** Due runs, and how many definitions they need: by their images, which no override can change. */
export interface Queue {
  readonly runs: number;
  readonly definitions: number;
  /** What AWS's quotas are multiplied by. @default 1 */
  readonly quotas?: number;
}

/** What an agent that empties queues needs to know. */
export interface QueueToDrain {
  readonly sandbox: Sandbox;
  /** Creates the runs, and starts the time. */
  readonly enqueue: () => void;
  /** Whether each run has its task or has failed. */
  readonly isDrained: () => boolean;
}

/** What the agent itself took; what is undefined it doesn't have. */
export interface AgentCost {
  readonly peakMemoryBytes: number | undefined;
  readonly cpuMs: number | undefined;
  readonly invocations: string | undefined;
}

export interface Drained extends Queue, AgentCost {
  readonly launched: number;
  readonly failed: number;
  /** Until the last launch, as ECS saw it. */
  readonly seconds: number;
  readonly throttled: number;
  readonly prefectRequests: number;
  readonly ecsRequests: number;
}

/** Lets an agent empty a queue in a sandbox of its own. */
export async function drainQueue(
  queue: Queue,
  agent: (queue: QueueToDrain) => Promise<AgentCost>,
): Promise<Drained> {
  // Played tasks: a thousand processes would measure this machine.
  await using sandbox = await startSandbox({ execute: false, ecs: { throttle: queue.quotas ?? 1 } });
  const { prefect1, ecs } = sandbox;
  prefect1.createTenant();
  const seen = watch(sandbox);
  let startMs = NaN;
  const cost = await agent({
    sandbox,
    isDrained: () => new Set([...seen.launched, ...seen.failed]).size >= queue.runs,
    enqueue: () => {
      startMs = Date.now();
      createRuns(sandbox, queue);
    },
  });
  return {
    ...queue,
    ...cost,
    launched: seen.launched.size,
    failed: seen.failed.size,
    seconds: (seen.lastLaunchMs - startMs) / 1000,
    throttled: ecs.throttled(),
    prefectRequests: sum(prefect1.calls),
    ecsRequests: sum(ecs.calls),
  };
}

/** Notes what becomes of the runs. */
function watch({ prefect1, ecs }: Sandbox) {
  // A run may be in both: Prefect's own agent fails runs whose task it has started.
  const seen = { launched: new Set<string>(), failed: new Set<string>(), lastLaunchMs: NaN };
  prefect1.onStateChange(({ flowRunId, to }) => {
    if (to.type === 'Failed') seen.failed.add(flowRunId);
  });
  ecs.onTaskChange((task) => {
    if (task.lastStatus !== 'PROVISIONING') return;
    seen.launched.add(flowRunOf(task));
    seen.lastLaunchMs = task.createdAt.getTime();
  });
  playFlows({ prefect1, ecs });
  return seen;
}

function createRuns({ prefect1 }: Sandbox, { runs, definitions }: Queue): void {
  const flow = prefect1.createFlow({ name: 'etl', storage: { type: 'Local' } });
  for (let i = 0; i < runs; i++) {
    const runConfig = { type: 'ECSRun', image: `example.com/etl:${i % definitions}` };
    prefect1.createFlowRun({ flowId: flow.id, runConfig });
  }
}
