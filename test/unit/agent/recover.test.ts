import { setImmediate } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import type { FlowRun } from '../../../src/agent/flow-run.ts';
import type { HeldRun } from '../../../src/agent/held-run.ts';
import type { LaunchedTask, TaskFinder } from '../../../src/agent/launched-task.ts';
import { type LaunchOutcome, retry } from '../../../src/agent/launch-outcome.ts';
import { PollFailedError } from '../../../src/agent/poll-failed-error.ts';
import { recoverStopped } from '../../../src/agent/recover-stopped.ts';
import { QueueBackend } from '../../support/queue-backend.ts';
import { RecordingLogger } from '../../support/recording-logger.ts';
import { flowRun, ScriptedAgent, scriptedAgent, startedAs } from '../../support/scripted-agent.ts';
import { stoppedTask as stopped } from '../../support/stopped-task.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

// Virtual time does not wait for what is loaded when it is needed.
beforeAll(() => import('../../../src/agent/recover.ts'));

const MINUTE_MS = 60_000;

const heldClaim = (id: string, claimKey = '1'): HeldRun => ({
  run: flowRun(id),
  version: '7',
  sinceMs: 0,
  stage: 'claimed',
  claim: { claimKey, claimant: { agent: 'agent', invocation: 'dead' }, isRepeated: true },
});

type Tasks = (id: string, known: readonly string[]) => readonly LaunchedTask[];

/** A platform that says which tasks a run has. */
class FindingAgent extends ScriptedAgent {
  readonly found: (readonly [id: string, known: readonly string[]])[] = [];
  finders = 0;
  tasks: Tasks = () => [];

  protected override get finder(): () => Promise<TaskFinder<FlowRun>> {
    const find = async ({ id }: FlowRun, known: readonly string[]) => {
      this.found.push([id, known]);
      return Promise.resolve(this.tasks(id, known));
    };
    return () => {
      this.finders += 1;
      return Promise.resolve({ find, stop: () => Promise.resolve() });
    };
  }
}

class ForgetfulAgent extends FindingAgent {
  protected override async deployFlows(): Promise<LaunchOutcome[]> {
    return Promise.resolve([]);
  }
}

interface World {
  readonly deploy?: (id: string) => LaunchOutcome;
  readonly launchable?: (ms: number) => number;
  readonly tasks?: Tasks;
  readonly Agent?: typeof FindingAgent;
}

/** An agent that holds these runs. */
function holding(heldRuns: readonly HeldRun[], given: World = {}) {
  const { Agent = FindingAgent, deploy = startedAs, tasks, ...script } = given;
  const { backend, logger, clock } = scriptedAgent();
  const agent = new Agent(script, { backend, logger, clock }, ({ id }) => deploy(id));
  if (tasks !== undefined) agent.tasks = tasks;
  backend.stuck = [...heldRuns];
  const start = (budgetMs = MINUTE_MS) =>
    clock.until(agent.start({ deadlineMs: clock.now() + budgetMs, invocation: 'living' }));
  return { agent, backend, logger, clock, start };
}

describe('a sweep', () => {
  test('asks for claims of two minutes ago, and what was cancelled from ten minutes to one ago', async () => {
    const { backend, clock, start } = holding([]);
    const nowMs = clock.now();
    await start();
    expect(backend.sweeps).toEqual([
      {
        agent: 'agent',
        claimedBeforeMs: nowMs - 2 * MINUTE_MS,
        cancelledAfterMs: nowMs - 10 * MINUTE_MS,
        cancelledBeforeMs: nowMs - MINUTE_MS,
      },
    ]);
  });

  test('that finds nothing asks the platform for nothing', async () => {
    const { agent, start } = holding([]);
    await start();
    expect(agent.finders).toBe(0);
  });

  test('is not made where there is no time to launch what it finds', async () => {
    const { backend, start } = holding([]);
    await start(3000);
    expect(backend.sweeps).toEqual([]);
  });

  test('is not made by an agent whose platform can’t say which tasks a run has', async () => {
    const { agent, backend, clock } = scriptedAgent();
    backend.stuck = [heldClaim('a')];
    await clock.until(agent.start({ deadlineMs: clock.now() + MINUTE_MS }));
    expect(backend.sweeps).toEqual([]);
  });

  test.each([
    [MINUTE_MS, 15_000, '15 seconds'],
    [23_000, 10_000, 'half of the time for launches'],
  ])('that gets no answer within %i ms ends after %i ms: %s', async (budgetMs, expectedMs) => {
    const { backend, clock, logger, start } = holding([]);
    const startMs = clock.now();
    let endedMs = 0;
    backend.sweep = async (...args: readonly unknown[]) => {
      const signal = args.find((arg) => arg instanceof AbortSignal);
      await clock.sleep(MINUTE_MS, signal).finally(() => (endedMs = clock.now() - startMs));
      return [];
    };
    await expect(start(budgetMs)).rejects.toThrow('The sweep failed: AgentError: The sweep took too long.');
    expect(endedMs).toBe(expectedMs);
    expect(logger.entries).toContainEqual([
      'error',
      'The sweep failed',
      { error: expect.objectContaining({ message: 'The sweep took too long.' }) as Error },
    ]);
  });

  test('that fails holds up no due run, and fails the invocation with a report of it', async () => {
    const { backend, start } = holding([]);
    backend.sweep = () => Promise.reject(new Error('db down'));
    backend.queue = [flowRun('due')];
    const failure = await start().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(PollFailedError);
    expect(failure).toMatchObject({
      message: 'The sweep failed: db down',
      report: { started: 1 },
    });
  });
});

describe('a claim without a task', () => {
  test('is launched with its own key, in the name of the invocation that made it', async () => {
    const { agent, backend, logger, start } = holding([heldClaim('a'), heldClaim('b')]);
    expect(await start()).toMatchObject({ found: 0, started: 0, recovered: 2 });
    expect(agent.deployed).toEqual([['a', 'b']]);
    expect(backend.logs).toMatchObject([{ flowRunId: 'a' }, { flowRunId: 'b' }]);
    expect([...backend.actors]).toEqual(['dead']);
    for (const id of ['a', 'b'])
      expect(logger.entries).toContainEqual([
        'warn',
        `Launching flow run ${id} again: it is claimed and has no task`,
        { flowRunId: id },
      ]);
    expect(logger.messages('error')).toEqual([]);
  });

  test('of which the platform says nothing is of unknown fate', async () => {
    const { logger, start } = holding([heldClaim('a')], { Agent: ForgetfulAgent });
    await start();
    const reason = 'deployFlows answered no outcome for this run';
    expect(logger.entries).toContainEqual([
      'error',
      'Could not learn whether flow run a was started',
      { kind: 'unknown', flowRunId: 'a', reason },
    ]);
  });

  test.each([
    [0, []],
    [1, [['a']]],
  ])('is launched where there is room and time: %i', async (room, deployed) => {
    const launchable = (ms: number) => (ms === 57_000 ? room : 0);
    const { agent, start } = holding([heldClaim('a'), heldClaim('b')], { launchable });
    await start();
    expect(agent.deployed).toEqual(deployed);
  });

  test('whose launch is answered with a task that has stopped is put back for it', async () => {
    const { agent, backend, start } = holding([heldClaim('a')], {
      tasks: (id, known) => (known.includes(id) ? [stopped('1')] : []),
    });
    expect(await start()).toMatchObject({ recovered: 1 });
    expect(agent.found).toEqual([
      ['a', []],
      ['a', ['a']],
    ]);
    expect(backend.settlements).toMatchObject([{ kind: 'put-back', flowRunId: 'a' }]);
  });

  test('that can’t be launched is put back, and looked at no further', async () => {
    const { agent, backend, start } = holding([heldClaim('a')], { deploy: () => retry('no room') });
    expect(await start()).toMatchObject({ putBack: 0 });
    expect(agent.found).toHaveLength(1);
    expect(backend.settlements).toMatchObject([{ kind: 'put-back', reason: 'no room' }]);
    expect([...backend.actors]).toEqual(['dead']);
  });
});

describe('a claim whose task has stopped', () => {
  const putBack = (world: World = {}) => holding([heldClaim('a')], { tasks: () => [stopped('1')], ...world });

  test('is put back with the reason, in the log and in the run’s own', async () => {
    const { agent, backend, clock, logger, start } = putBack();
    const startTimeMs = clock.now() + MINUTE_MS;
    expect(await start()).toMatchObject({ recovered: 1 });
    const about = { flowRunId: 'a', reason: 'no such image' };
    const by = { agent: 'agent', invocation: 'dead' };
    expect(backend.settlements).toEqual([{ ...about, kind: 'put-back', held: 'claimed', by, startTimeMs }]);
    expect(backend.logs).toEqual([
      { flowRunId: 'a', level: 'INFO', message: 'Put back in the queue: no such image' },
    ]);
    expect(logger.entries).toContainEqual(['warn', 'Put back in the queue: flow run a', about]);
    expect(agent.deployed).toEqual([]);
  });

  test('for the third time is failed with the reason, in the log and in the run’s own', async () => {
    const { backend, logger, start } = holding([heldClaim('a', '5')], {
      tasks: () => ['1', '3', '5'].map((key) => stopped(key)),
    });
    await start();
    const reason = '3 tasks stopped before the flow process reported. The last one: no such image';
    expect(backend.settlements).toMatchObject([{ kind: 'failed', held: 'claimed', reason }]);
    expect(backend.logs).toEqual([{ flowRunId: 'a', level: 'ERROR', message: reason }]);
    expect(logger.entries).toContainEqual([
      'warn',
      'Marked as Failed: flow run a',
      { flowRunId: 'a', reason },
    ]);
  });

  test('and that has gone on since is left as it is', async () => {
    const { backend, logger, start } = putBack();
    backend.settled = { kind: 'moved-on', reason: 'It runs' };
    backend.onLog = () => {
      throw new Error('There is nothing to write.');
    };
    expect((await start()).recovered).toBeUndefined();
    expect(logger.messages('warn')).toEqual(['The state of a flow run was not changed']);
    expect(logger.entries).toContainEqual([
      'warn',
      'The state of a flow run was not changed',
      expect.objectContaining({ flowRunId: 'a', kind: 'moved-on', reason: 'It runs' }),
    ]);
  });

  test('and of which the API says nothing counts as left', async () => {
    const { backend, start } = putBack();
    backend.settle = () => Promise.resolve([]);
    expect((await start()).recovered).toBeUndefined();
    expect(backend.logs).toEqual([]);
  });

  test('is put back though its log can’t be written', async () => {
    const { backend, logger, start } = putBack();
    const error = new Error('no logs');
    backend.onLog = () => {
      throw error;
    };
    expect(await start()).toMatchObject({ recovered: 1 });
    expect(logger.entries).toContainEqual([
      'warn',
      "Could not write 1 line(s) to the flow runs' logs",
      { error },
    ]);
  });

  test('as those of most other runs did, this time, uses up no attempt', async () => {
    const ids = ['a', 'b', 'c'];
    const cancelled: HeldRun = { run: flowRun('none'), version: '7', sinceMs: 0, stage: 'cancelled' };
    // Those without a task say nothing.
    const others = [...['d', 'e', 'f'].map((id) => heldClaim(id)), cancelled, cancelled, cancelled];
    const { backend, start } = holding([...ids.map((id) => heldClaim(id, '5')), ...others], {
      tasks: (id) =>
        !ids.includes(id)
          ? []
          : [
              stopped('1', { atMs: 5000, likeness: `of its own ${id}` }),
              stopped('3'),
              stopped('5', { program: id }),
            ],
    });
    await start();
    expect(backend.settlements.map(({ kind }) => kind)).toEqual(ids.map(() => 'put-back'));
  });
});

test('a run whose tasks can’t be looked at waits for the next sweep, and does not hold up the others', async () => {
  const { agent, logger, start } = holding([heldClaim('unseen'), heldClaim('a')], {
    tasks: (id) => {
      if (id === 'unseen') throw new Error('ECS is down');
      return [];
    },
  });
  await expect(start()).rejects.toThrow('The sweep failed: ECS is down');
  expect(agent.deployed).toEqual([['a']]);
  expect(logger.entries).toContainEqual([
    'error',
    'The tasks of 1 flow run(s) could not be looked at',
    { reason: 'ECS is down' },
  ]);
});

test('the tasks of ten runs are looked at at once', async () => {
  const ids = Array.from({ length: 25 }, (_, i) => String(i));
  let asked = 0;
  let most = 0;
  class SlowAgent extends FindingAgent {
    protected override get finder() {
      const find = async () => {
        most = Math.max(most, ++asked);
        await setImmediate();
        asked--;
        return [{ id: 'task', claimKey: '1', end: undefined }];
      };
      return () => Promise.resolve({ find, stop: () => Promise.resolve() });
    }
  }
  await holding(
    ids.map((id) => heldClaim(id)),
    { Agent: SlowAgent },
  ).start();
  expect(most).toBe(10);
});

test('a run that was cancelled has its task stopped, and counts', async () => {
  const cancelled: HeldRun = { run: flowRun('a'), version: '7', sinceMs: 0, stage: 'cancelled' };
  const { agent, start } = holding([cancelled], {
    tasks: () => [{ id: 'task', claimKey: '1', end: undefined }],
  });
  expect(await start()).toMatchObject({ recovered: 1 });
  expect(agent.deployed).toEqual([]);
});

describe('after one task of a run has stopped', () => {
  const recoverAfter = async (heldRun: HeldRun | undefined, ...tasks: LaunchedTask[]) => {
    const backend = new QueueBackend();
    backend.stuck = heldRun === undefined ? [] : [heldRun];
    const known: (readonly string[])[] = [];
    const finder: TaskFinder<FlowRun> = {
      find: async (_, ids) => {
        known.push(ids);
        return Promise.resolve(tasks);
      },
      stop: () => Promise.resolve(),
    };
    const context = {
      backend,
      claimant: { agent: 'agent', invocation: 'event' },
      clock: new VirtualClock(0),
      logger: new RecordingLogger(),
      finder,
      rescheduleInterrupted: false,
      signal: new AbortController().signal,
    };
    return { recovered: await recoverStopped(context, 'a', 'task-1'), backend, known };
  };

  const running: HeldRun = { run: flowRun('a'), version: '7', sinceMs: 0, stage: 'running' };

  test('one that has ended, or waits in the queue, is left alone', async () => {
    const { recovered, backend, known } = await recoverAfter(undefined);
    expect([recovered, backend.settlements, known]).toEqual([undefined, [], []]);
  });

  test('one that runs is failed, if it still is what it was', async () => {
    const task = stopped('1', { exitCode: 1 });
    const { recovered, backend, known } = await recoverAfter(running, stopped('0', { atMs: 1 }), task);
    expect(recovered).toEqual({ decision: { kind: 'fail', reason: 'no such image' }, end: task.end });
    expect(backend.settlements).toEqual([
      { kind: 'failed', held: 'running', version: '7', flowRunId: 'a', reason: 'no such image' },
    ]);
    expect(known).toEqual([['task-1']]);
  });

  test('one that is claimed is put back', async () => {
    const { recovered, backend } = await recoverAfter(heldClaim('a'), stopped('1'));
    expect(recovered).toMatchObject({ decision: { kind: 'put-back' } });
    expect(backend.settlements).toMatchObject([{ kind: 'put-back', startTimeMs: MINUTE_MS }]);
  });

  test('one whose task nobody knows is not launched again', async () => {
    const { recovered, backend } = await recoverAfter(heldClaim('a'));
    expect(recovered).toEqual({ decision: { kind: 'launch' }, end: undefined });
    expect([backend.settlements, backend.logs]).toEqual([[], []]);
  });
});
