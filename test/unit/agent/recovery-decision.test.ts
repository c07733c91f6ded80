import { describe, expect, test } from 'vitest';
import type { HeldRun } from '../../../src/agent/held-run.ts';
import type { LaunchedTask, TaskEnd } from '../../../src/agent/launched-task.ts';
import {
  decideRecovery,
  lastEnd,
  likenessOfMost,
  type RecoveryDecision,
  type RecoveryFacts,
} from '../../../src/agent/recovery-decision.ts';
import { flowRun } from '../../support/scripted-agent.ts';
import { stoppedTask as stopped, taskEnd as end } from '../../support/stopped-task.ts';

const live = (claimKey: string): LaunchedTask => ({ id: 'live', claimKey, end: undefined });

const claim = (claimKey: string, isRepeated = true) => ({
  claimKey,
  isRepeated,
  claimant: { agent: 'agent', invocation: 'invocation-1' },
});

const claimed = (claimKey: string, isRepeated = true): HeldRun => ({
  run: flowRun('a'),
  version: '1',
  sinceMs: 0,
  stage: 'claimed',
  claim: claim(claimKey, isRepeated),
});

const running = (sinceMs: number): HeldRun => ({
  run: flowRun('a'),
  version: '1',
  sinceMs,
  stage: 'running',
});

const decide = (held: HeldRun, tasks: LaunchedTask[], rules: Partial<RecoveryFacts> = {}) =>
  decideRecovery({ held, tasks, rescheduleInterrupted: false, ...rules });

const ofAccount = { cause: 'account' } as const;
const THIRD = '3 tasks stopped before the flow process reported. The last one: no such image';

describe('a run that is claimed and has not reported', () => {
  test.each<[string, HeldRun, LaunchedTask[], Partial<RecoveryDecision> & { kind: string }]>([
    ['no task', claimed('1'), [], { kind: 'launch' }],
    ['a live task', claimed('1'), [live('1')], { kind: 'leave' }],
    ['a live task of an earlier claim', claimed('3'), [live('1')], { kind: 'leave' }],
    ['a stopped and a live task', claimed('1'), [stopped('1'), live('1')], { kind: 'leave' }],
    ['a stopped task of an earlier claim only', claimed('3'), [stopped('1')], { kind: 'launch' }],
    ['a stopped task that says no claim', claimed('1'), [stopped(undefined)], { kind: 'launch' }],
    ['its first stopped task', claimed('1'), [stopped('1')], { kind: 'put-back', delayMs: 60_000 }],
    [
      'its second stopped task',
      claimed('3'),
      [stopped('1'), stopped('3')],
      { kind: 'put-back', delayMs: 120_000 },
    ],
    [
      'its third stopped task',
      claimed('5'),
      [stopped('1'), stopped('3'), stopped('5')],
      { kind: 'fail', reason: THIRD },
    ],
    [
      'three stopped tasks, two of them from before a user started it anew',
      claimed('9', false),
      [stopped('1'), stopped('3'), stopped('9')],
      { kind: 'put-back', delayMs: 60_000 },
    ],
    [
      'a task that the account stopped, after two that the run did',
      claimed('5'),
      [stopped('1'), stopped('3'), stopped('5', { ...ofAccount, atMs: 2000 })],
      { kind: 'put-back', delayMs: 240_000 },
    ],
    [
      'a third task that the run stopped, after many that the account did',
      claimed('9'),
      [stopped('1'), stopped('3', ofAccount), stopped('5', ofAccount), stopped('7'), stopped('9')],
      { kind: 'fail', reason: THIRD },
    ],
    [
      'its first task that the run stopped, after one that the account did',
      claimed('3'),
      [stopped('1', ofAccount), stopped('3')],
      { kind: 'put-back', delayMs: 60_000 },
    ],
    [
      'ten tasks that the account stopped',
      claimed('9'),
      Array.from({ length: 10 }, () => stopped('9', ofAccount)),
      { kind: 'put-back', delayMs: 900_000 },
    ],
    [
      'a task on Spot that was interrupted before the process reported',
      claimed('1'),
      [stopped('1', { cause: 'interruption' })],
      { kind: 'put-back', delayMs: 60_000 },
    ],
    [
      'a process that ended with 0 and did not report',
      claimed('1'),
      [stopped('1', { exitCode: 0 })],
      { kind: 'put-back', delayMs: 60_000 },
    ],
  ])('%s', (_, held, tasks, expected) => {
    expect(decide(held, tasks)).toMatchObject(expected);
  });

  test('what most launches stop with uses up no attempt', () => {
    const tasks = [stopped('1'), stopped('3'), stopped('5')];
    expect(decide(claimed('5'), tasks, { accountsLikeness: 'no such image' })).toEqual({
      kind: 'put-back',
      reason: 'no such image',
      delayMs: 240_000,
    });
  });
});

describe('a run that is Running', () => {
  test.each<[string, HeldRun, LaunchedTask[], Partial<RecoveryFacts>, string]>([
    ['no task that is known', running(0), [], {}, 'leave'],
    ['a process that crashed', running(500), [stopped('1', { exitCode: 1 })], {}, 'fail'],
    ['a process that was killed and left no exit code', running(500), [stopped('1')], {}, 'fail'],
    [
      'a process that ended well: it waits for retries',
      running(500),
      [stopped('1', { exitCode: 0 })],
      {},
      'leave',
    ],
    ['a crash from before it became Running', running(1500), [stopped('1', { exitCode: 1 })], {}, 'leave'],
    ['a crash at the moment it became Running', running(1000), [stopped('1', { exitCode: 1 })], {}, 'leave'],
    [
      'a crash, and another task that lives',
      running(500),
      [stopped('1', { exitCode: 1 }), live('3')],
      {},
      'leave',
    ],
    [
      'an old crash, and a later task that ended well',
      running(500),
      [stopped('1', { exitCode: 1 }), stopped('3', { exitCode: 0, atMs: 2000 })],
      {},
      'leave',
    ],
    ['an interruption', running(500), [stopped('1', { cause: 'interruption' })], {}, 'fail'],
    [
      'an interruption, where such runs are to go back',
      running(500),
      [stopped('1', { cause: 'interruption' })],
      { rescheduleInterrupted: true },
      'put-back',
    ],
  ])('%s', (_, held, tasks, rules, expected) => {
    expect(decide(held, tasks, rules).kind).toBe(expected);
  });
});

test.each(['cancelled', 'cancelling'] as const)(
  'a run that is %s is neither launched nor failed',
  (stage) => {
    const held: HeldRun = { run: flowRun('a'), version: '1', sinceMs: 0, stage };
    expect(decide(held, [stopped('1')]).kind).toBe('leave');
  },
);

test('a run that resumes is decided like one that is claimed', () => {
  const held: HeldRun = {
    run: flowRun('a'),
    version: '1',
    sinceMs: 5000,
    stage: 'resuming',
    claim: claim('t:1', false),
  };
  expect([
    decide(held, []).kind,
    decide(held, [stopped('1')]).kind,
    decide(held, [stopped('t:1')]).kind,
  ]).toEqual(['launch', 'launch', 'put-back']);
});

test.each<[string, TaskEnd[], string | undefined]>([
  ['none', [], undefined],
  ['two alike', [end({ program: 'a' }), end({ program: 'b' })], undefined],
  ['three alike', [end({ program: 'a' }), end({ program: 'b' }), end({ program: 'a' })], 'no such image'],
  ['three alike of one program', [end(), end(), end()], undefined],
  [
    'half of them alike',
    [
      ...['a', 'b', 'c'].map((program) => end({ program })),
      ...['d', 'e', 'f'].map((likeness) => end({ likeness })),
    ],
    undefined,
  ],
])('what %s of the launches stop with', (_, ends, expected) => {
  expect(likenessOfMost(ends)).toBe(expected);
});

test.each<[string, HeldRun, LaunchedTask[]]>([
  ['A task of it lives.', running(0), [live('1')]],
  ['None of its tasks is known.', running(0), []],
  ['It has become Running since its last task stopped.', running(2000), [stopped('1')]],
  ['Its process ended well.', running(0), [stopped('1', { exitCode: 0 })]],
  ['It was cancelled.', { run: flowRun('a'), version: '1', sinceMs: 0, stage: 'cancelled' }, []],
])('a run that is left alone is so for a reason: %s', (reason, held, tasks) => {
  expect(decide(held, tasks)).toEqual({ kind: 'leave', reason });
});

test('the last end is that of the task that stopped last, whatever else lives', () => {
  const later = stopped('3', { atMs: 2000 });
  expect(lastEnd([stopped('1'), live('5'), later, live('7')])).toEqual(later.end);
  expect(lastEnd([live('5')])).toBeUndefined();
});
