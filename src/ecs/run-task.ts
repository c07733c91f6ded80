import {
  ConflictException,
  type ECSClient,
  RunTaskCommand,
  type RunTaskCommandInput,
  type RunTaskCommandOutput,
} from '@aws-sdk/client-ecs';
import * as z from 'zod/mini';
import type { CallRate } from './call-rate.ts';
import type { Clock } from '../clock.ts';
import { describeError } from '../describe-error.ts';
import { isTransient, mayHaveTakenEffect } from './ecs-errors.ts';
import { readFailures, readRefusal, type Refusal } from './refusal.ts';
import { jittered, withRetries } from '../with-retries.ts';

/** What came of a launch. */
export type RunTaskResult =
  | { readonly kind: 'started'; readonly taskArn: string }
  /** There certainly is no task. */
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  /** The same, for want of time. */
  | {
      readonly kind: 'not-sent';
      /** With what AWS throttled it until then; undefined: it did not. */
      readonly throttledBy: string | undefined;
    }
  /** There may be a task. */
  | { readonly kind: 'in-doubt'; readonly reason: string };

export interface RunTaskDependencies {
  readonly client: Pick<ECSClient, 'send'>;
  readonly rate: CallRate;
  readonly clock: Clock;
  /** From 0 to 1; spreads the attempts of many. */
  readonly random: () => number;
}

export interface RunTaskSignals {
  /** Ends everything. */
  readonly work: AbortSignal;
  /** No first attempt once it has aborted; what may have started a task is asked for again all the same. */
  readonly begin: AbortSignal;
}

/** Waits after the first, second, … answer that leaves the launch in doubt, in milliseconds. */
const WAITS_MS = [250, 1000, 2000, 4000] as const;
const LONGEST_WAIT_MS = 8000;

/**
 * Starts one task, at most one for its client token: throttled calls are sent again at a slower pace, and
 * calls of unknown effect with the same token, until the signal ends it. Never throws.
 */
export async function runTask(
  input: RunTaskCommandInput,
  chosenByRun: ReadonlySet<string>,
  dependencies: RunTaskDependencies,
  { work, begin }: RunTaskSignals,
): Promise<RunTaskResult> {
  const { rate, clock, random } = dependencies;
  let doubts = 0;
  let inDoubt: string | undefined;
  let throttledBy: string | undefined;
  while (await hasTurn(rate, inDoubt === undefined ? begin : work)) {
    const startMs = clock.now();
    const result = await attempt(input, chosenByRun, dependencies, work);
    rate.took(clock.now() - startMs);
    switch (result.kind) {
      case 'started':
        return result;
      case 'refused':
        if (result.refusal.cause === 'throttle') {
          rate.throttled();
          throttledBy = result.refusal.reason;
          break;
        }
        // That this attempt started no task says nothing of those before it.
        return inDoubt === undefined ? result : { kind: 'in-doubt', reason: inDoubt };
      case 'in-doubt':
        inDoubt = result.reason;
        await clock.sleep(jittered(WAITS_MS[doubts] ?? LONGEST_WAIT_MS, random), work).catch(() => undefined);
        doubts += 1;
        break;
    }
  }
  return inDoubt === undefined ? { kind: 'not-sent', throttledBy } : { kind: 'in-doubt', reason: inDoubt };
}

/** Once RunTask is handed to the SDK, nobody can say that it was not sent: the signal is looked at before. */
async function hasTurn(rate: CallRate, signal: AbortSignal): Promise<boolean> {
  try {
    await rate.turn(signal);
    return !signal.aborted;
  } catch {
    return false;
  }
}

async function attempt(
  input: RunTaskCommandInput,
  chosenByRun: ReadonlySet<string>,
  { client, rate, clock, random }: RunTaskDependencies,
  work: AbortSignal,
): Promise<Exclude<RunTaskResult, { kind: 'not-sent' }>> {
  try {
    const answer = await withRetries(() => client.send(new RunTaskCommand(input), { abortSignal: work }), {
      retryAfterMs: (error) => (isTransient(error) && !mayHaveTakenEffect(error) ? 0 : undefined),
      clock,
      random,
      signal: work,
    });
    rate.served();
    return readAnswer(answer, chosenByRun);
  } catch (error) {
    // The token was used before with other parameters: the launch has its task already.
    const isConflict = error instanceof ConflictException;
    const [existing] = (isConflict && existingTasks.safeParse(error).data?.resourceIds) || [];
    if (existing) return { kind: 'started', taskArn: existing };
    if (isConflict || mayHaveTakenEffect(error))
      return { kind: 'in-doubt', reason: `RunTask: ${describeError(error)}` };
    return { kind: 'refused', refusal: readRefusal('RunTask', error, chosenByRun) };
  }
}

const text = z.optional(z.string());
const failures = z.optional(z.array(z.object({ reason: text, detail: text, arn: text })));

/** The SDK makes an answer of any JSON, such as a proxy's. A task that is named counts, whatever else is said. */
const answered = z.object({
  tasks: z.optional(z.array(z.object({ taskArn: z.string() }))),
  failures: z.catch(failures, undefined),
});

const existingTasks = z.object({ resourceIds: z.array(z.string()) });

/** RunTask answers HTTP 200 with `failures` where there is no room for the task. */
function readAnswer(
  answer: RunTaskCommandOutput,
  chosenByRun: ReadonlySet<string>,
): Exclude<RunTaskResult, { kind: 'not-sent' }> {
  const { tasks: [task] = [], failures: told = [] } = answered.safeParse(answer).data ?? {};
  if (task?.taskArn) return { kind: 'started', taskArn: task.taskArn };
  if (told.length > 0) return { kind: 'refused', refusal: readFailures(told, chosenByRun) };
  return { kind: 'in-doubt', reason: 'RunTask: expected a task or a failure, got neither.' };
}
