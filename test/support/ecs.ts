import { onTestFinished } from 'vitest';
import { CallCounter } from '../../src/call-counter.ts';
import { type Clock, systemClock } from '../../src/clock.ts';
import { CallRate } from '../../src/ecs/call-rate.ts';
import { createEcsClient } from '../../src/ecs/ecs-client.ts';
import { EcsAgent } from '../../src/ecs/ecs-agent.ts';
import { EcsLauncher } from '../../src/ecs/ecs-launcher.ts';
import { EcsTasks } from '../../src/ecs/ecs-tasks.ts';
import { RetryingSender } from '../../src/ecs/retrying-sender.ts';
import { TaskDefinitions } from '../../src/ecs/task-definitions.ts';
import type { FlowRun } from '../../src/agent/flow-run.ts';
import { type EcsOptions, startEcs } from '../../src/sandbox/ecs/ecs-server.ts';
import type { TaskRequest } from '../../src/tasks/task-request.ts';
import { QueueBackend } from './queue-backend.ts';
import { RecordingLogger } from './recording-logger.ts';

/** What the SDK needs to send anything at all. */
export const AWS = {
  region: 'us-east-1',
  credentials: { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'example' },
} as const;

/** An embedded ECS and a counting client that talks to it. */
export async function ecs(options: Partial<EcsOptions> = {}) {
  const sandbox = await startEcs({ clock: systemClock, runner: undefined, ...options });
  onTestFinished(() => sandbox.close());
  const calls = new CallCounter();
  const client = createEcsClient(calls, { ...AWS, endpoint: sandbox.endpoint });
  return { sandbox, client, calls };
}

export const REQUEST: TaskRequest = {
  taskDefinition: {
    kind: 'content',
    content: {
      networkMode: 'awsvpc',
      cpu: '256',
      memory: '512',
      requiresCompatibilities: ['FARGATE'],
      containerDefinitions: [{ name: 'flow', image: 'prefecthq/prefect:1.4.1' }],
    },
  },
  runTask: {
    launchType: 'FARGATE',
    networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-0a1b2c3d'] } },
    overrides: { containerOverrides: [{ name: 'flow', environment: [{ name: 'A', value: 'B' }] }] },
  },
  chosenByRun: new Set(),
  logStream: undefined,
};

interface CreateOptions {
  readonly clock?: Clock;
  readonly spotFallback?: boolean;
}

/** An ECS agent whose runs come from a queue in memory. */
export async function ecsAgent(
  options: Partial<EcsOptions> = {},
  taskRequest: (run: FlowRun) => TaskRequest | Promise<TaskRequest> = () => REQUEST,
) {
  const { sandbox, client, calls } = await ecs(options);
  const backend = new QueueBackend();
  const logger = new RecordingLogger();
  const create = ({ clock = systemClock, spotFallback = false }: CreateOptions = {}) => {
    const rate = new CallRate(clock, { perSecond: 20, isLimit: true });
    const launcher = new EcsLauncher<FlowRun>({
      agent: 'lambda',
      client,
      definitions: new TaskDefinitions(new RetryingSender(client, clock), clock),
      rate,
      clock,
      logger,
      spotFallback,
      taskRequest: async (run) => taskRequest(run),
    });
    const tasks = new EcsTasks<FlowRun>({
      agent: 'lambda',
      client: new RetryingSender(client, clock),
      clock,
      clusterOf: () => Promise.resolve(undefined),
      chosenByRun: async (run) => (await taskRequest(run)).chosenByRun,
    });
    return new EcsAgent(
      { name: 'lambda' },
      {
        backend,
        logger,
        clock,
        rate,
        launcher: () => Promise.resolve(launcher),
        tasks: () => Promise.resolve(tasks),
      },
    );
  };
  const enqueue = (...ids: string[]) => {
    backend.queue = ids.map((id) => ({ id, name: id, startTimeMs: 0 }));
  };
  const launch = async (...ids: string[]) => {
    enqueue(...ids);
    return create().start({ deadlineMs: Date.now() + 60_000 });
  };
  return { sandbox, client, calls, backend, logger, enqueue, launch, create };
}
