import { randomUUID } from 'node:crypto';
import type { RegisterTaskDefinitionRequest } from '@aws-sdk/client-ecs';
import type { Clock } from '../../clock.ts';
import type { FaultPlan } from '../faults.ts';
import type { Message, Reply } from '../message.ts';
import { seededRandom } from '../seeded-random.ts';
import { uuids } from '../uuids.ts';
import { Account } from './account.ts';
import { ClientTokens } from './client-tokens.ts';
import { EcsHttp, type EcsRequest } from './ecs-http.ts';
import type { Task } from './new-task.ts';
import { operations } from './operations.ts';
import type { TaskRunner } from './run-task-process.ts';
import { TaskDefinitions, type TaskDefinition } from './task-definitions.ts';
import type { TaskEnd } from './task-life.ts';
import { Tasks, type TaskListener } from './tasks.ts';
import { awsThrottle } from './throttle.ts';

export interface EcsOptions {
  readonly clock: Clock;
  /** Makes the ids the same in every run. Default: random ids. */
  readonly seed?: number;
  /** Names of the clusters that exist. Default: `default`. */
  readonly clusters?: readonly string[];
  /** Default 123456789012. */
  readonly accountId?: string;
  /** Default us-east-1. */
  readonly region?: string;
  /** Port on 127.0.0.1; 0, the default, takes a free one. */
  readonly port?: number;
  /** Refuse requests beyond so many times AWS's quotas; false: refuse none. Default 1. */
  readonly throttle?: number | false;
  /** Runs the tasks; undefined: all are played. */
  readonly runner: TaskRunner | undefined;
  readonly faults?: FaultPlan;
  /** How long a task is PROVISIONING, in milliseconds. Default 0; Fargate needs 20,000 to 60,000. */
  readonly provisioningMs?: number | ((task: Task) => number);
  /** How long a task that cannot really run is RUNNING before it exits with 0, in milliseconds. Default 1,000. */
  readonly playMs?: number;
  /** Lets a task fail to start; undefined: it starts. */
  readonly startFailure?: (task: Task) => TaskEnd | undefined;
}

export interface EmbeddedEcs {
  /** Answers a request as if it came over HTTP. Never rejects. */
  readonly answer: (message: Message) => Promise<Reply>;
  /** How many requests each operation has got. */
  readonly calls: Readonly<Record<string, number>>;
  /** How many requests were refused with ThrottlingException. */
  throttled(): number;
  /** The last 10,000 requests. */
  readonly requests: readonly EcsRequest[];
  /** All tasks that were ever launched, as they are now. */
  tasks(): readonly Task[];
  /** The last 64 Ki characters that a task's process wrote; undefined: there was none. */
  output(taskArn: string): string | undefined;
  taskDefinitions(): readonly TaskDefinition[];
  /** Registers a task definition without a request. */
  putTaskDefinition(input: RegisterTaskDefinitionRequest): TaskDefinition;
  /** Calls `listener` with each task that is launched or changes; it must not throw. @returns what ends that. */
  onTaskChange(listener: TaskListener): () => void;
  /** Listens on a port of 127.0.0.1. @returns the endpoint. */
  listen(port: number): Promise<string>;
  /** Ends the server and all tasks, and waits for their processes. */
  close(): Promise<void>;
}

export interface EcsSandbox extends EmbeddedEcs, AsyncDisposable {
  readonly endpoint: string;
}

/** Starts an embedded ECS on 127.0.0.1. */
export async function startEcs(options: EcsOptions): Promise<EcsSandbox> {
  const ecs = createEcs(options);
  return { ...ecs, endpoint: await ecs.listen(options.port ?? 0), [Symbol.asyncDispose]: () => ecs.close() };
}

/**
 * An ECS for tests and demonstrations: it accepts and refuses what AWS does, and it forgets everything
 * when it is closed. Signatures and permissions are not checked, and nothing about it is made for production.
 */
export function createEcs(options: EcsOptions): EmbeddedEcs {
  const { clock, clusters = ['default'], accountId = '123456789012', region = 'us-east-1' } = options;
  const { provisioningMs = 0, throttle: factor = 1 } = options;
  const account = new Account(accountId, region, clusters);
  const taskDefinitions = new TaskDefinitions(account, clock);
  const tasks = new Tasks(account, {
    clock,
    runner: options.runner,
    provisioningMs: typeof provisioningMs === 'function' ? provisioningMs : () => provisioningMs,
    playMs: options.playMs ?? 1000,
    startFailure: options.startFailure ?? (() => undefined),
  });
  const throttle = factor === false ? () => undefined : awsThrottle(clock, factor);
  const clientTokens = new ClientTokens(clock);
  const newId = options.seed === undefined ? randomUUID : uuids(seededRandom(String(options.seed)));
  const http = new EcsHttp(
    operations({ account, clock, newId, clientTokens, taskDefinitions, tasks, throttle }),
    clock,
    options.faults,
  );
  const close = async () => {
    await http.close();
    await tasks.close();
  };
  return {
    answer: (message) => http.answer(message),
    calls: http.calls,
    throttled: () => http.throttled,
    requests: http.requests,
    tasks: () => tasks.all(),
    output: (taskArn) => tasks.output(taskArn),
    taskDefinitions: () => taskDefinitions.all(),
    putTaskDefinition: (input) => taskDefinitions.register(input).taskDefinition,
    onTaskChange: (listener) => tasks.onChange(listener),
    listen: (port) => http.listen(port),
    close,
  };
}
