import { ConflictException } from '@aws-sdk/client-ecs';
import { describe, expect, test } from 'vitest';
import type { Clock } from '../../../src/clock.ts';
import { CallRate } from '../../../src/ecs/call-rate.ts';
import { runTask, type RunTaskResult } from '../../../src/ecs/run-task.ts';
import { awsError, scriptedEcs, TASK_ARN } from '../../support/scripted-ecs.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const STARTED = { tasks: [{ taskArn: TASK_ARN }] };
const THROTTLE = awsError('ThrottlingException', 'Rate exceeded');
const LOST = new Error('socket hang up');
const NEVER_SENT = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
const DENIED = awsError('BlockedException', 'Your account is blocked.');

interface Ends {
  /** When everything is to end, in milliseconds from now. */
  readonly workMs?: number;
  /** When nothing is to begin any more. */
  readonly beginMs?: number;
}

/** Launches a task; the answers come in turn, the last of them for ever. Errors are thrown. */
async function launch(answers: readonly unknown[], { workMs = Infinity, beginMs = Infinity }: Ends = {}) {
  const clock = new VirtualClock();
  const abortAfter = (ms: number) => {
    const controller = new AbortController();
    if (ms !== Infinity)
      void clock.sleep(ms).then(() => {
        controller.abort(new Error('Time is up.'));
      });
    return controller.signal;
  };
  const { client, of } = scriptedEcs(clock, {
    RunTask: (_, attempt) => {
      const answer = answers[Math.min(attempt, answers.length) - 1];
      if (answer instanceof Error) throw answer;
      return answer;
    },
  });
  const rate = new CallRate(clock, { perSecond: 20, isLimit: true });
  const signals = { work: abortAfter(workMs), begin: abortAfter(Math.min(beginMs, workMs)) };
  const dependencies = { client, rate, clock, random: () => 0 };
  const result = await clock.until(
    runTask({ taskDefinition: 'a:1', clientToken: 'token' }, new Set(), dependencies, signals),
  );
  return { result, sentMs: of('RunTask').map(({ atMs }) => atMs), inputs: of('RunTask'), rate };
}

const inDoubt: RunTaskResult = { kind: 'in-doubt', reason: 'RunTask: socket hang up' };

describe('what an answer says', () => {
  test.each<[string, unknown, RunTaskResult]>([
    ['a task', STARTED, { kind: 'started', taskArn: TASK_ARN }],
    ['a task and something odd', { ...STARTED, failures: 'odd' }, { kind: 'started', taskArn: TASK_ARN }],
    [
      'the task that the token has already, whatever else was asked for',
      new ConflictException({ message: 'Conflict', $metadata: {}, resourceIds: [TASK_ARN] }),
      { kind: 'started', taskArn: TASK_ARN },
    ],
    [
      'no room',
      { tasks: [], failures: [{ reason: 'AGENT' }] },
      {
        kind: 'refused',
        refusal: {
          cause: 'capacity',
          reason: 'RunTask: it started no task: AGENT There is no room for the task now.',
        },
      },
    ],
    [
      'no',
      DENIED,
      {
        kind: 'refused',
        refusal: {
          cause: 'agent',
          reason:
            'RunTask: BlockedException: Your account is blocked. Check the credentials and the state of the AWS account.',
        },
      },
    ],
  ])('%s', async (_, answer, expected) => {
    const { result, sentMs } = await launch([answer]);
    expect(result).toEqual(expected);
    expect(sentMs).toEqual([0]);
  });

  test.each<[string, unknown, string]>([
    ['neither a task nor a failure', {}, 'RunTask: expected a task or a failure, got neither.'],
    ['nothing', undefined, 'RunTask: expected a task or a failure, got neither.'],
    [
      'a task without a name',
      { tasks: [{ taskArn: '' }] },
      'RunTask: expected a task or a failure, got neither.',
    ],
    [
      'a conflict with what nobody knows',
      new ConflictException({ message: 'The token was used.', $metadata: { httpStatusCode: 400 } }),
      'RunTask: ConflictException: The token was used.',
    ],
    ['an error of the server', LOST, 'RunTask: socket hang up'],
  ])('%s: nobody knows', async (_, answer, reason) => {
    const { result } = await launch([answer], { workMs: 100 });
    expect(result).toEqual({ kind: 'in-doubt', reason });
  });
});

test('a launch that is in doubt is asked for again, ever later, with the same token', async () => {
  const { result, sentMs, inputs } = await launch([LOST, LOST, LOST, LOST, LOST, LOST, STARTED]);
  expect(result).toEqual({ kind: 'started', taskArn: TASK_ARN });
  expect(sentMs).toEqual([0, 250, 1250, 3250, 7250, 15_250, 23_250]);
  expect(new Set(inputs.map(({ input }) => input['clientToken']))).toEqual(new Set(['token']));
});

test('a launch that is in doubt stays so when the time is used up', async () => {
  const { result, sentMs } = await launch([LOST], { workMs: 2000 });
  expect(result).toEqual(inDoubt);
  expect(sentMs).toEqual([0, 250, 1250]);
});

test('a launch that is in doubt stays so when a later attempt is refused', async () => {
  const { result, sentMs } = await launch([LOST, DENIED]);
  expect(result).toEqual(inDoubt);
  expect(sentMs).toEqual([0, 250]);
});

test('a launch that is in doubt is asked for again when nothing is to begin any more', async () => {
  const { result } = await launch([LOST, STARTED], { beginMs: 100 });
  expect(result).toEqual({ kind: 'started', taskArn: TASK_ARN });
});

test('a throttled launch waits for its next turn', async () => {
  const { result, sentMs } = await launch([THROTTLE, THROTTLE, STARTED]);
  expect(result).toEqual({ kind: 'started', taskArn: TASK_ARN });
  expect(sentMs).toEqual([0, 50, 100]);
});

test('a launch that is throttled until the time is used up was not sent, and says so', async () => {
  const { result } = await launch([THROTTLE], { beginMs: 1000 });
  expect(result).toEqual({ kind: 'not-sent', throttledBy: 'RunTask: ThrottlingException: Rate exceeded' });
});

test('a launch that can’t be sent is tried four times', async () => {
  const { result, sentMs } = await launch([NEVER_SENT]);
  expect(result).toEqual({
    kind: 'refused',
    refusal: { cause: 'agent', reason: 'RunTask: Error: connect ECONNREFUSED' },
  });
  expect(sentMs).toEqual([0, 250, 1250, 4250]);
});

test('how long a call took, and that it was served, is known to those that come after it', async () => {
  const clock = new VirtualClock();
  const { client, of } = scriptedEcs(clock, { RunTask: () => clock.sleep(3000).then(() => STARTED) });
  const rate = new CallRate(clock, { perSecond: 20, isLimit: true });
  // Two throttles have slowed it.
  rate.throttled();
  await clock.advance(5000);
  rate.throttled();
  const pace = () => Math.round((rate.available(1_000_000) - rate.available(0)) / 1000);
  expect(pace()).toBe(14);
  const { signal } = new AbortController();
  const dependencies = { client, rate, clock, random: () => 0 };
  const input = { taskDefinition: 'a:1' };
  await clock.until(runTask(input, new Set(), dependencies, { work: signal, begin: signal }));
  expect(rate.slowestMs).toBe(3000);
  expect(pace()).toBe(16);
  expect(of('RunTask').map(({ abortSignal }) => abortSignal)).toEqual([signal]);
});

test('a turn that comes as the time is used up is not taken', async () => {
  const stop = new AbortController();
  const clock: Clock = {
    now: () => 0,
    sleep: async () => {
      stop.abort();
      return Promise.resolve();
    },
  };
  const { client, of } = scriptedEcs(clock);
  const rate = new CallRate(clock, { perSecond: 20, burst: 0, isLimit: true });
  const dependencies = { client, rate, clock, random: () => 0 };
  const { signal } = stop;
  const input = { taskDefinition: 'a:1' };
  expect(await runTask(input, new Set(), dependencies, { work: signal, begin: signal })).toEqual({
    kind: 'not-sent',
    throttledBy: undefined,
  });
  expect(of('RunTask')).toEqual([]);
});
