import type { EmbeddedEcs } from '../../src/sandbox/ecs/ecs-server.ts';
import type { ContainerToRun } from '../../src/sandbox/ecs/run-task-process.ts';
import type { FaultPlan } from '../../src/sandbox/faults.ts';
import type { Message, Reply } from '../../src/sandbox/message.ts';
import type { Generation } from '../../src/settings/generation.ts';
import type { Settings } from '../../src/settings/settings.ts';
import type { VirtualClock } from '../support/virtual-clock.ts';
import type { Choices } from './choices.ts';
import type { FaultKind } from './fault-kinds.ts';
import type { Leaks } from './leaks.ts';
import type { Records } from './records.ts';

/** A flow run in words that all generations have. Moments are in milliseconds since the epoch. */
export interface RunView {
  readonly id: string;
  readonly stage: 'queued' | 'claimed' | 'running' | 'cancelling' | 'failed' | 'ended';
  /** What its state says. */
  readonly message: string;
  /** From when on the agent is to launch it, or to launch it again for retries of its tasks. */
  readonly dueMs?: number | undefined;
  /** Since when it is claimed, or retries of its tasks are, and no process has taken it up. */
  readonly claimedMs?: number | undefined;
  /** Since when the agent should have ended it for the user who cancelled it. */
  readonly cancellingMs?: number | undefined;
}

export interface PrefectWorldOptions {
  readonly seed: number;
  readonly clock: VirtualClock;
  readonly faults: FaultPlan;
  readonly records: Records;
  readonly leaks: Leaks;
  readonly choices: (purpose: string) => Choices;
  /** Whether something of the kind may go wrong now. */
  readonly isPlayed: (kind: FaultKind) => boolean;
}

/**
 * The Prefect of one generation, with its users and its flow processes: all in which their stories differ.
 *
 * The invariants see only what it records. It tells `Records` of
 * - `created`: each run, and what is wrong with it;
 * - `stateChanged`: each state that is set, by whomever, with the end that it means; whoever is not the agent sets it
 *   within `by`;
 * - `came`: each flow process that looks at its run, whether or not it may run, and `ended`: each that may, when it
 *   ends;
 * - `intend`: each time that somebody wants the run once more, a user or a retry of the flow;
 * - `spoiled`: each run that nobody can launch any more.
 *
 * And it shows `Leaks` each state. `judge` fails a story of which the first, second or third is missing altogether.
 */
export interface PrefectWorld {
  readonly generation: Generation;
  /** Of the agent that serves it. */
  readonly settings: Settings;
  /** Answers a request of the agent. */
  answer(message: Message): Promise<Reply>;
  /** What a request asks for, in a word. */
  operationOf(message: Pick<Message, 'url' | 'body'>): string;
  /** The operation that looks for due runs. */
  readonly look: string;
  /** Whether the body of an answer is what was asked for. */
  isAnswer(body: string): boolean;
  /** Gives what creates runs of any sort, one at a time and due about now. */
  runFactory(ecs: EmbeddedEcs, choices: Choices): (nowMs: number) => void;
  runs(): readonly RunView[];
  logs(flowRunId: string): readonly unknown[];
  /** The key of the claim that holds a run. */
  claimKey(flowRunId: string): string | undefined;
  /** Cancels a run as a user does. */
  cancel(flowRunId: string): void;
  /** Starts a run that has ended once more, as a user does; passes over one that has not. */
  restart(flowRunId: string): void;
  /** What else those do who run it, beside the users of its runs: once in a while until the faults end. */
  upset?(choices: Choices): void;
  /** Does what the flow process of a container does. @returns its exit code. @throws when it is stopped */
  execute(container: ContainerToRun, choices: Choices, stop: AbortSignal): Promise<number>;
}

/** Where the API key is. */
export const KEY_ARN = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:prefect-AbCdEf';

/** What the agents of all have in their environments. */
export const COMMON_ENVIRONMENT = {
  // Under Lambda nothing is read from the disk.
  AWS_LAMBDA_FUNCTION_NAME: 'simulation',
  PREFECT__CLOUD__AGENT__ECS__SUBNETS: 'subnet-0a1b2c3d',
  PREFECT__CLOUD__AGENT__ECS__EXECUTION_ROLE_ARN: 'arn:aws:iam::123456789012:role/execution',
};
