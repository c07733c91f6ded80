import type { RegisterTaskDefinitionRequest } from '@aws-sdk/client-ecs';
import type { Clock } from '../../clock.ts';
import type { FaultPlan } from '../faults.ts';
import { Intake } from '../intake.ts';
import type { Message, Reply } from '../message.ts';
import { serveLocally } from '../serve.ts';
import { idMaker } from '../uuids.ts';
import { Account } from './account.ts';
import { bodyTooLarge, errorAnswer, MAX_BODY_BYTES, toHttp } from './aws-json.ts';
import { ClientTokens } from './client-tokens.ts';
import { answerMessage, type RecordedRequest, withRequestId } from './http-handler.ts';
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

/** An ECS, and what tests look at in it. */
export interface EmbeddedEcs {
  /** Answers a request as if it came over HTTP. Never rejects. */
  readonly answer: (message: Message) => Promise<Reply>;
  /** How many requests each operation has got. */
  readonly calls: Readonly<Record<string, number>>;
  /** How many requests were refused with ThrottlingException. */
  throttled(): number;
  /** The last 10,000 requests. */
  readonly requests: readonly RecordedRequest[];
  /** All tasks that were ever launched, as they are now. */
  tasks(): readonly Task[];
  /** The last 64 Ki characters that a task's process wrote; undefined: there was none. */
  output(taskArn: string): string | undefined;
  taskDefinitions(): readonly TaskDefinition[];
  /** Registers a task definition without a request. */
  putTaskDefinition(input: RegisterTaskDefinitionRequest): TaskDefinition;
  /** Calls `listener` with each task that is launched or changes; it must not throw. @returns what ends that. */
  onTaskChange(listener: TaskListener): () => void;
  /** Ends all tasks, and waits for their processes. */
  close(): Promise<void>;
}

/** An ECS that listens on 127.0.0.1. */
export interface EcsSandbox extends EmbeddedEcs, AsyncDisposable {
  readonly endpoint: string;
  /** Drops the open connections as well. */
  close(): Promise<void>;
}

/**
 * An ECS for tests and demonstrations: it accepts and refuses what AWS does, and it forgets everything
 * when it is closed. Signatures and permissions are not checked, and nothing about it is made for production.
 * @param closing ends the delays that faults ask for. Default: nothing does.
 */
export function createEcs(options: EcsOptions, closing = new AbortController().signal): EmbeddedEcs {
  const { clock, seed, clusters = ['default'], provisioningMs = 0, throttle: factor = 1, faults } = options;
  const account = new Account(clusters);
  const taskDefinitions = new TaskDefinitions(account, clock);
  const tasks = new Tasks(account, {
    clock,
    runner: options.runner,
    provisioningMs: typeof provisioningMs === 'function' ? provisioningMs : () => provisioningMs,
    playMs: options.playMs ?? 1000,
    startFailure: options.startFailure ?? (() => undefined),
  });
  let throttled = 0;
  const throttle = factor === false ? () => undefined : awsThrottle(clock, factor, () => (throttled += 1));
  const parts = { account, clock, newId: idMaker(seed), clientTokens: new ClientTokens(clock), throttle };
  const intake = new Intake<RecordedRequest>({ service: 'ecs', clock, faults, closing });
  const http = { operations: operations({ ...parts, taskDefinitions, tasks }), clock, intake };
  return {
    answer: (message) => answerMessage(http, message),
    calls: intake.calls,
    throttled: () => throttled,
    requests: intake.requests,
    tasks: () => tasks.all(),
    output: (taskArn) => tasks.output(taskArn),
    taskDefinitions: () => taskDefinitions.all(),
    putTaskDefinition: (input) => taskDefinitions.register(input).taskDefinition,
    onTaskChange: (listener) => tasks.onChange(listener),
    close: () => tasks.close(),
  };
}

/** Starts an embedded ECS on 127.0.0.1. */
export async function startEcs(options: EcsOptions): Promise<EcsSandbox> {
  const closing = new AbortController();
  const ecs = createEcs(options, closing.signal);
  const server = await serveLocally({
    answer: async (message) => withRequestId(await ecs.answer(message)),
    maxBodyBytes: MAX_BODY_BYTES,
    tooLarge: toHttp(errorAnswer(bodyTooLarge())),
    closing,
  });
  const close = async () => {
    await server.close();
    await ecs.close();
  };
  return { ...ecs, endpoint: server.endpoint, close, [Symbol.asyncDispose]: close };
}
