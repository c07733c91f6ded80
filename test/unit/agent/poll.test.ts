import { describe, expect, test } from 'vitest';
import type { FlowRun } from '../../../src/agent/flow-run.ts';
import { blocked, failed, type LaunchOutcome, retry, unknown } from '../../../src/agent/launch-outcome.ts';
import { PollFailedError } from '../../../src/agent/poll-failed-error.ts';
import type { PollReport } from '../../../src/agent/poll-report.ts';
import type { Preparation } from '../../../src/agent/preparation.ts';
import { PUT_BACK_DELAY_MS } from '../../../src/agent/tell.ts';
import { PrefectApiError } from '../../../src/errors.ts';
import type { LogEntry } from '../../support/recording-logger.ts';
import { flowRun, READY, ScriptedAgent, scriptedAgent, startedAs } from '../../support/scripted-agent.ts';

type Scripted = ReturnType<typeof scriptedAgent>;

const MINUTE_MS = 60_000;

const invoke = (
  { agent, clock }: Pick<Scripted, 'agent' | 'clock'>,
  budgetMs = MINUTE_MS,
): Promise<PollReport> =>
  clock.until(agent.start({ deadlineMs: clock.now() + budgetMs, invocation: 'invocation-1' }));

const thrownBy = async (work: Promise<unknown>): Promise<PollFailedError> => {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(PollFailedError);
  return error as PollFailedError;
};

test('an invocation polls at once again while there is work, and ends at the first look that finds none', async () => {
  const scripted = scriptedAgent();
  scripted.backend.queue = [flowRun('a'), flowRun('b')];
  scripted.backend.onLook = (look) => {
    if (look === 2) scripted.backend.queue.push(flowRun('c'));
  };
  const report = await invoke(scripted);
  expect(scripted.agent.deployed).toEqual([['a'], ['b'], ['c']]);
  expect(report).toMatchObject({ polls: 3, found: 3, claimed: 3, started: 3 });
});

test('what was read by a process that was frozen then is read again before it is claimed', async () => {
  const scripted = scriptedAgent();
  const { backend, clock } = scripted;
  backend.queue = [flowRun('a')];
  backend.onLook = (look) => (look === 1 ? clock.sleep(40_000) : undefined);
  const looksBeforeClaim: number[] = [];
  backend.onClaim = (run) => {
    looksBeforeClaim.push(backend.looks.length);
    return { kind: 'claimed', run: { ...run, claimKey: '1' } };
  };
  expect(await invoke(scripted, 2 * MINUTE_MS)).toMatchObject({ found: 1, started: 1 });
  expect(looksBeforeClaim).toEqual([3]);
});

test('an invocation makes at most maxPolls polls', async () => {
  const scripted = scriptedAgent({ maxPolls: 2 });
  scripted.backend.onLook = (look) => {
    scripted.backend.queue.push(flowRun(`run-${look}`));
  };
  expect(await invoke(scripted)).toMatchObject({ polls: 2, started: 2 });
});

test('maxPolls given to start counts more than the agent’s own', async () => {
  const { agent, backend, clock } = scriptedAgent({ maxPolls: 9 });
  backend.onLook = (look) => {
    backend.queue.push(flowRun(`run-${look}`));
  };
  const report = await clock.until(agent.start({ deadlineMs: clock.now() + MINUTE_MS, maxPolls: 1 }));
  expect(report.polls).toBe(1);
});

describe('a run that is due before the time is used up', () => {
  const startsIn = async (
    ms: number,
    options: Parameters<typeof scriptedAgent>[0] = {},
    more: object = {},
  ) => {
    const scripted = scriptedAgent(options);
    const startMs = scripted.clock.now();
    scripted.backend.queue = [{ ...flowRun('next', startMs + ms), ...more }];
    const report = await invoke(scripted);
    const claimedAtMs = scripted.backend.claims.map(({ atMs }) => atMs - startMs);
    return { report, claimedAtMs, endedMs: scripted.clock.now() - startMs };
  };

  test('is waited for, unclaimed, and started at its start time', async () => {
    const { report, claimedAtMs } = await startsIn(20_000);
    expect(report).toMatchObject({ found: 1, started: 1 });
    expect(claimedAtMs).toEqual([20_000]);
  });

  test('is waited for as the first of several', async () => {
    const scripted = scriptedAgent();
    const startMs = scripted.clock.now();
    scripted.backend.queue = [30_000, 10_000, 20_000].map((ms) => flowRun(String(ms), startMs + ms));
    expect(await invoke(scripted)).toMatchObject({ started: 3 });
    expect(scripted.backend.claims.map(({ atMs }) => atMs - startMs)).toEqual([10_000, 20_000, 30_000]);
  });

  test('is started the lead before its start time', async () => {
    const { claimedAtMs } = await startsIn(80_000, { leadMs: 75_000 });
    expect(claimedAtMs).toEqual([5000]);
  });

  test('but was put back is not started ahead', async () => {
    const notBeforeMs = Date.parse('2026-11-23T12:00:30Z');
    const { claimedAtMs } = await startsIn(30_000, { leadMs: 75_000 }, { notBeforeMs });
    expect(claimedAtMs).toEqual([30_000]);
  });

  test('only when it could still be launched: the next wake is for the others, and nothing is waited for', async () => {
    const { report, endedMs } = await startsIn(50_000);
    expect(report).toMatchObject({ polls: 1, found: 0, started: 0 });
    expect(endedMs).toBe(0);
  });

  test('is looked for anew after the wait: somebody may have cancelled it', async () => {
    const scripted = scriptedAgent();
    scripted.backend.queue = [flowRun('cancelled', scripted.clock.now() + 20_000)];
    scripted.backend.onLook = (look) => {
      if (look === 2) scripted.backend.queue = [];
    };
    expect(await invoke(scripted)).toMatchObject({ polls: 2, found: 0, claimed: 0 });
  });

  test('is not waited for by an agent that was told to stop', async () => {
    const scripted = scriptedAgent();
    const stop = new AbortController();
    scripted.backend.queue = [flowRun('next', scripted.clock.now() + 20_000)];
    const work = scripted.agent.start({ deadlineMs: scripted.clock.now() + MINUTE_MS, stop: stop.signal });
    await scripted.clock.advance(1000);
    stop.abort();
    expect(await work).toMatchObject({ started: 0, claimed: 0 });
  });
});

test('nothing is claimed when the time left might not be enough to launch it', async () => {
  const scripted = scriptedAgent();
  scripted.backend.queue = [flowRun('a')];
  const overLimit = 'Left 1 due flow run(s) in the queue: no time is left.';
  expect(await invoke(scripted, 12_000)).toMatchObject({ polls: 1, found: 1, claimed: 0, overLimit });
  expect(scripted.backend.claims).toEqual([]);
});

test('nothing is claimed when no time is left, though the platform could take a run at once', async () => {
  const scripted = scriptedAgent({ launchable: () => Infinity });
  scripted.backend.queue = [flowRun('a')];
  const overLimit = 'Left 1 due flow run(s) in the queue: no time is left.';
  expect(await invoke(scripted, 2500)).toMatchObject({ claimed: 0, overLimit });
});

test.each([
  ['as many tasks are alive as may be', 0],
  ['no time is left', 1],
])('a run that finds no room is left in the queue: %s', async (reason, room) => {
  const scripted = scriptedAgent({ launchable: (ms) => (ms === Infinity ? room : 0) });
  scripted.backend.queue = [flowRun('a')];
  const overLimit = `Left 1 due flow run(s) in the queue: ${reason}.`;
  expect(await invoke(scripted)).toMatchObject({ claimed: 0, overLimit });
});

test('an invocation stops claiming when its time runs low, and leaves the rest in the queue', async () => {
  const scripted = scriptedAgent({}, async ({ id }) => {
    await scripted.clock.sleep(14_000);
    return startedAs(id);
  });
  scripted.backend.onLook = (look) => {
    scripted.backend.queue.push(flowRun(`run-${look}`));
  };
  const report = await invoke(scripted);
  expect(report).toMatchObject({ polls: 4, started: 4 });
  expect(scripted.clock.now()).toBeLessThan(Date.parse('2026-11-23T12:01:00Z'));
});

test('a run is worked on once in an invocation, though the queue still shows it', async () => {
  const scripted = scriptedAgent();
  scripted.backend.onClaim = (run) => ({ kind: 'lost', run, reason: 'another has it' });
  scripted.backend.queue = [flowRun('a')];
  expect(await invoke(scripted)).toMatchObject({ polls: 2, found: 1, claimed: 0, lost: 1 });
  expect(scripted.backend.looks[1]?.except).toEqual(new Set(['a']));
});

test('an API that takes no claims fails the invocation, and is not asked for those of the other runs', async () => {
  const scripted = scriptedAgent();
  const reason = 'The API forbids it: HTTP 403.';
  scripted.backend.onClaim = (run) => ({ kind: 'refused', run, reason });
  scripted.backend.queue = [flowRun('a'), flowRun('b')];
  const error = await thrownBy(invoke(scripted));
  expect(error.message).toBe(`None of 2 due flow run(s) could be started; the first of them: ${reason}`);
  expect(error.report).toMatchObject({ polls: 1, claimed: 0, left: 1, lost: 0 });
  expect(scripted.backend.claims).toHaveLength(1);
});

test('a look that fails fails the invocation, and the report says what was done before', async () => {
  const scripted = scriptedAgent();
  scripted.backend.queue = [flowRun('a')];
  scripted.backend.onLook = (look) => {
    if (look === 2) throw new PrefectApiError('db down', { effect: 'unknown', transient: true });
  };
  const error = await thrownBy(invoke(scripted));
  expect(error.message).toBe('A poll failed: PrefectApiError: db down');
  expect(error.cause).toBeInstanceOf(PrefectApiError);
  expect(error.report).toMatchObject({ polls: 2, failedPolls: 1, started: 1 });
});

test.each([
  ['put back', retry('RunTask: AccessDeniedException: no')],
  ['of unknown fate', unknown('RunTask: ServerException: 500')],
])('an invocation that started nothing and whose runs are %s fails', async (_, outcome) => {
  const scripted = scriptedAgent({}, () => outcome);
  scripted.backend.queue = [flowRun('a')];
  const error = await thrownBy(invoke(scripted));
  expect(error.message).toBe(
    `None of 1 due flow run(s) could be started; the first of them: ${'reason' in outcome ? outcome.reason : ''}`,
  );
});

test('an invocation that started one run is a success, whatever became of the others', async () => {
  const scripted = scriptedAgent({}, ({ id }) => (id === 'a' ? startedAs(id) : retry('no capacity')));
  scripted.backend.queue = [flowRun('a'), flowRun('b')];
  expect(await invoke(scripted)).toMatchObject({ started: 1, putBack: 1 });
});

test('a run that is at fault itself does not fail the invocation', async () => {
  const scripted = scriptedAgent({}, () => failed('bad run config'));
  scripted.backend.queue = [flowRun('a')];
  expect(await invoke(scripted)).toMatchObject({ failed: 1 });
});

test('a put-back run starts later than the server refuses to have it claimed again', async () => {
  const outcomes = [startedAs('first'), retry('throttled'), retry('no capacity', MINUTE_MS)];
  const scripted = scriptedAgent({}, () => outcomes.shift() ?? unknown('too many'));
  scripted.backend.queue = ['first', 'a', 'b'].map((id) => flowRun(id));
  await invoke(scripted);
  const nowMs = scripted.clock.now();
  expect(scripted.backend.settlements).toEqual([
    {
      kind: 'put-back',
      held: 'claimed',
      flowRunId: 'a',
      reason: 'throttled',
      startTimeMs: nowMs + PUT_BACK_DELAY_MS,
      dueSinceMs: 0,
    },
    {
      kind: 'put-back',
      held: 'claimed',
      flowRunId: 'b',
      reason: 'no capacity',
      startTimeMs: nowMs + MINUTE_MS,
      dueSinceMs: 0,
    },
  ]);
});

test.each([
  ['the agent’s', blocked('denied'), 'denied'],
  ['no one’s', retry('no room'), undefined],
])('a reason to put a run back that is %s is told as such', async (_, outcome, blockedFor) => {
  const scripted = scriptedAgent({}, () => outcome);
  scripted.backend.queue = [flowRun('a')];
  expect((await thrownBy(invoke(scripted))).report.blockedFor).toBe(blockedFor);
});

test('where people can read what a run prints is in its log', async () => {
  const logsUrl = 'https://console.aws.amazon.com/logs';
  const scripted = scriptedAgent({}, ({ id }) => ({ ...startedAs(id), logsUrl }));
  scripted.backend.queue = [flowRun('a')];
  await invoke(scripted);
  const message = `Logs of its container: ${logsUrl}`;
  expect(scripted.backend.logs[1]).toEqual({ flowRunId: 'a', level: 'INFO', message });
});

test('a run whose launch may have taken effect is left as it is', async () => {
  const scripted = scriptedAgent({}, () => unknown('connection lost'));
  scripted.backend.queue = [flowRun('a')];
  await thrownBy(invoke(scripted));
  expect(scripted.backend.settlements).toEqual([]);
  expect(scripted.backend.logs).toEqual([]);
});

test('a claim that nobody can confirm is neither launched nor given up', async () => {
  const scripted = scriptedAgent();
  scripted.backend.onClaim = (run) => ({ kind: 'unknown', run, reason: 'API down' });
  scripted.backend.queue = [flowRun('a')];
  const error = await thrownBy(invoke(scripted));
  expect(error.report).toMatchObject({ claimed: 0, unknown: 1 });
  expect(scripted.agent.deployed).toEqual([]);
});

test('a platform that throws leaves every run of the batch of unknown fate', async () => {
  const scripted = scriptedAgent({}, ({ id }) => {
    if (id !== 'first') throw new Error('bug');
    return startedAs(id);
  });
  scripted.backend.queue = ['first', 'a', 'b'].map((id) => flowRun(id));
  expect(await invoke(scripted)).toMatchObject({ started: 1, unknown: 2, failed: 0, putBack: 0 });
  const logged = { error: new Error('bug') };
  const entry: LogEntry = ['error', 'Exception encountered while deploying flow runs', logged];
  expect(scripted.logger.entries).toContainEqual(entry);
});

describe('a platform', () => {
  /** Answers nothing of any run, and keeps what it was asked before the claim. */
  class SilentAgent extends ScriptedAgent {
    readonly asked: (readonly FlowRun[])[] = [];

    protected override async prepareFlows(runs: readonly FlowRun[]): Promise<readonly Preparation[]> {
      this.asked.push(runs);
      return Promise.resolve([]);
    }

    protected override async deployFlows(): Promise<LaunchOutcome[]> {
      return Promise.resolve([]);
    }
  }

  const silent = () => {
    const { backend, logger, clock } = scriptedAgent();
    const agent = new SilentAgent({}, { backend, logger, clock }, ({ id }) => startedAs(id));
    return { agent, backend, logger, clock };
  };

  test('that forgets a run makes its fate unknown', async () => {
    const scripted = silent();
    scripted.backend.queue = [flowRun('a')];
    const { report } = await thrownBy(invoke(scripted));
    const detail = 'deployFlows answered no outcome for this run';
    expect(report.runs).toMatchObject([{ outcome: 'unknown', detail }]);
  });

  test('is asked about runs only where there are some that may be claimed', async () => {
    const scripted = silent();
    await invoke(scripted);
    scripted.backend.queue = [flowRun('a')];
    await invoke(scripted, 12_000);
    expect(scripted.agent.asked).toEqual([]);
    await thrownBy(invoke(scripted));
    expect(scripted.agent.asked).toEqual([[flowRun('a')]]);
  });
});

test('the invocation and the agent are named in each claim', async () => {
  const scripted = scriptedAgent({ name: 'lambda' });
  scripted.backend.queue = [flowRun('a')];
  await invoke(scripted);
  expect(scripted.backend.claims[0]?.claimant).toEqual({ agent: 'lambda', invocation: 'invocation-1' });
});

test('a warm agent registers once (conformance 15)', async () => {
  const scripted = scriptedAgent();
  await invoke(scripted);
  await invoke(scripted);
  expect(scripted.backend.identities).toHaveLength(1);
});

test('the report keeps the first 200 runs and counts all', async () => {
  const scripted = scriptedAgent();
  scripted.backend.queue = Array.from({ length: 250 }, (_, i) => flowRun(String(i)));
  const report = await invoke(scripted);
  expect(report.started).toBe(250);
  expect(report.runs).toHaveLength(200);
});

test('the report says how late each run was started', async () => {
  const scripted = scriptedAgent();
  scripted.backend.queue = [flowRun('a', scripted.clock.now() - 4200)];
  expect((await invoke(scripted)).runs).toEqual([
    { flowRunId: 'a', name: 'name-a', outcome: 'started', detail: 'task-a', lateMs: 4200 },
  ]);
});

describe('until a launch has shown that the agent can launch at all', () => {
  const fifty = () => Array.from({ length: 50 }, (_, i) => flowRun(String(i)));

  test('one run is claimed, and with the first that starts all others', async () => {
    const scripted = scriptedAgent();
    scripted.backend.queue = fifty();
    await invoke(scripted);
    expect(scripted.backend.claims.map(({ ids }) => ids.length)).toEqual([1, 49]);
  });

  test.each([
    ['blocked by the agent’s own fault', blocked('AccessDenied: allow ecs:RunTask')],
    ['of unknown fate', unknown('ECS is down')],
  ])('a run that is %s ends the invocation, and no other run is claimed', async (_, outcome) => {
    const scripted = scriptedAgent({}, () => outcome);
    scripted.backend.queue = fifty();
    const error = await thrownBy(invoke(scripted));
    expect(error.report).toMatchObject({ polls: 1, found: 50, claimed: 1, started: 0 });
    expect(error.message).toContain('reason' in outcome ? outcome.reason : '');
    expect(scripted.backend.queue).toHaveLength(49);
  });

  test('a run that is put back for what may be its own sake does not hold up those behind it', async () => {
    const scripted = scriptedAgent({}, ({ id }) =>
      id < '2' ? retry('denied, its own role') : startedAs(id),
    );
    scripted.backend.queue = fifty().slice(0, 10);
    expect(await invoke(scripted)).toMatchObject({ started: 8, putBack: 2 });
    expect(scripted.backend.claims.map(({ ids }) => ids.length)).toEqual([1, 1, 1, 7]);
  });

  test('the third run in a row that is put back ends the invocation', async () => {
    const scripted = scriptedAgent({}, () => retry('no capacity'));
    scripted.backend.queue = fifty();
    for (let invocations = 1; invocations <= 2; invocations++) {
      const error = await thrownBy(invoke(scripted));
      expect(error.report).toMatchObject({ polls: 1, claimed: 3, putBack: 3, started: 0 });
      expect(error.message).toContain('no capacity');
    }
  });

  test('a run that is refused for its own sake shows it too', async () => {
    const scripted = scriptedAgent({}, ({ id }) => (id === '0' ? failed('bad image') : startedAs(id)));
    scripted.backend.queue = fifty();
    expect(await invoke(scripted)).toMatchObject({ started: 49, failed: 1 });
    expect(scripted.backend.claims).toHaveLength(2);
  });

  test('a warm agent that has launched claims all at once, and after a fault of its own again one by one', async () => {
    let fault = false;
    const scripted = scriptedAgent({}, ({ id }) => (fault ? blocked('denied') : startedAs(id)));
    const sizes = async () => {
      scripted.backend.queue = fifty();
      const before = scripted.backend.claims.length;
      await invoke(scripted).catch(() => undefined);
      return scripted.backend.claims.slice(before).map(({ ids }) => ids.length);
    };
    expect(await sizes()).toEqual([1, 49]);
    expect(await sizes()).toEqual([50]);
    fault = true;
    expect(await sizes()).toEqual([50]);
    expect(await sizes()).toEqual([1]);
    fault = false;
    expect(await sizes()).toEqual([1, 49]);
  });
});

describe('when starts before this one could launch nothing', () => {
  const after = (failuresBefore: number) => {
    const scripted = scriptedAgent({}, ({ id }) => (id === 'bad' ? blocked('denied') : startedAs(id)));
    const { agent, backend, clock } = scripted;
    const start = async (...ids: string[]) => {
      backend.queue = ids.map((id) => flowRun(id));
      return clock.until(agent.start({ deadlineMs: clock.now() + MINUTE_MS, failuresBefore }));
    };
    return { ...scripted, start };
  };

  test('a warm agent that has launched claims one run all the same, and all others after it', async () => {
    const { agent, start, backend, clock } = after(1);
    backend.queue = [flowRun('a'), flowRun('b')];
    await clock.until(agent.start({ deadlineMs: clock.now() + MINUTE_MS }));
    const warmClaims = backend.claims.length;
    expect(await start('c', 'd', 'e')).toMatchObject({ started: 3 });
    expect(backend.claims.slice(warmClaims).map(({ ids }) => ids)).toEqual([['c'], ['d', 'e']]);
  });

  test.each([
    [0, PUT_BACK_DELAY_MS],
    [2, PUT_BACK_DELAY_MS],
    [3, 75_000],
    [4, 150_000],
    [5, 300_000],
    [1000, 300_000],
  ])('%i times, the run that is put back again waits %i ms', async (failures, delayMs) => {
    const { start, backend, clock } = after(failures);
    const error = await thrownBy(start('bad'));
    expect(error.report).toMatchObject({ putBack: 1, blockedFor: 'denied' });
    expect(backend.settlements).toMatchObject([{ startTimeMs: clock.now() + delayMs }]);
  });
});

describe('what is known before the claim', () => {
  test('a run that never can be launched is failed without a claim', async () => {
    const scripted = scriptedAgent({ prepare: ({ id }) => (id === 'bad' ? failed('too large') : READY) });
    scripted.backend.queue = [flowRun('bad'), flowRun('good')];
    expect(await invoke(scripted)).toMatchObject({ claimed: 1, started: 1, failed: 1 });
    expect(scripted.backend.settlements).toEqual([
      { kind: 'failed', held: 'queued', flowRunId: 'bad', reason: 'too large' },
    ]);
    expect(scripted.backend.logs).toContainEqual({ flowRunId: 'bad', level: 'ERROR', message: 'too large' });
  });

  test('a run that the agent is not set up for stays in the queue, and the invocation fails if nothing else started', async () => {
    const scripted = scriptedAgent({ prepare: () => blocked('set the execution role') });
    scripted.backend.queue = [flowRun('a')];
    const error = await thrownBy(invoke(scripted));
    expect(error.message).toContain('set the execution role');
    expect(error.report).toMatchObject({
      claimed: 0,
      left: 1,
      failed: 0,
      blockedFor: 'set the execution role',
    });
    expect(scripted.backend.queue).toHaveLength(1);
  });

  test('a run that may not have what it asks for stays in the queue, and says nothing of the agent', async () => {
    const reason = 'a role of its own that the agent may not pass';
    const scripted = scriptedAgent({ prepare: () => ({ kind: 'left', reason }) });
    scripted.backend.queue = [flowRun('a')];
    const error = await thrownBy(invoke(scripted));
    expect(error.message).toContain(reason);
    expect(error.report).toMatchObject({ claimed: 0, left: 1, failed: 0 });
    expect(error.report.blockedFor).toBeUndefined();
  });

  test('a run that has to wait does not hold up the others, and is looked at again in the same invocation', async () => {
    let ready = false;
    const scripted = scriptedAgent({
      prepare: ({ id }) => (id !== 'slow' || ready ? READY : { kind: 'later', reason: 'busy' }),
    });
    scripted.backend.queue = [flowRun('slow'), flowRun('quick')];
    scripted.backend.onLook = (look) => {
      ready = look === 3;
    };
    expect(await invoke(scripted)).toMatchObject({ found: 2, started: 2 });
    expect(scripted.agent.deployed).toEqual([['quick'], ['slow']]);
  });
});

test('runs that never get ready are looked at three times, and hold up neither the end nor the runs that come later', async () => {
  const reason = 'The task definition: not ready within 2 seconds';
  const scripted = scriptedAgent({
    prepare: ({ id }) => (id === 'slow' ? { kind: 'later', reason } : READY),
  });
  const startMs = scripted.clock.now();
  scripted.backend.queue = [flowRun('slow'), flowRun('next', startMs + 20_000)];
  const report = await invoke(scripted);
  expect(report).toMatchObject({ found: 2, started: 1, left: 1 });
  expect(report.runs).toMatchObject([
    { flowRunId: 'slow', outcome: 'left', detail: reason },
    { flowRunId: 'next' },
  ]);
  expect(scripted.clock.now()).toBe(startMs + 20_000);
  expect(scripted.backend.looks.length).toBeLessThan(10);
});

test('runs that were not ready when the last poll was made are left', async () => {
  const scripted = scriptedAgent({ maxPolls: 1, prepare: () => ({ kind: 'later', reason: 'busy' }) });
  scripted.backend.queue = [flowRun('slow')];
  const { report } = await thrownBy(invoke(scripted));
  expect(report.runs).toMatchObject([{ flowRunId: 'slow', outcome: 'left', detail: 'busy' }]);
});

test('an invocation whose only run never gets ready ends early and fails with the reason', async () => {
  const scripted = scriptedAgent({ prepare: () => ({ kind: 'later', reason: 'Rate exceeded' }) });
  scripted.backend.queue = [flowRun('slow')];
  const error = await thrownBy(invoke(scripted));
  expect(error.message).toContain('Rate exceeded');
  expect(scripted.backend.looks.length).toBeLessThan(8);
  expect(scripted.backend.queue).toHaveLength(1);
});

describe('at most so many launches', () => {
  test('are made by one invocation; the rest stays in the queue, untouched', async () => {
    const scripted = scriptedAgent({ limits: { maxLaunches: 3 } });
    scripted.backend.queue = ['a', 'b', 'c', 'd', 'e'].map((id) => flowRun(id));
    const overLimit = 'Left 2 due flow run(s) in the queue: maxLaunches, which is 3.';
    expect(await invoke(scripted)).toMatchObject({ claimed: 3, started: 3, overLimit });
    expect(scripted.backend.queue.map(({ id }) => id)).toEqual(['d', 'e']);
    expect(scripted.logger.messages('info')).toContain(overLimit);
    const second = await invoke(scripted);
    expect(second).toMatchObject({ claimed: 2, started: 2 });
    expect(second.overLimit).toBeUndefined();
  });

  test('are one while the circuit is open, and the report says so instead of naming a cap', async () => {
    const scripted = scriptedAgent({ limits: { maxLaunches: 3 } });
    scripted.backend.queue = ['a', 'b'].map((id) => flowRun(id));
    const { agent, clock } = scripted;
    const start = agent.start({ deadlineMs: clock.now() + MINUTE_MS, onlyTry: true });
    expect(await clock.until(start)).toMatchObject({
      started: 1,
      overLimit:
        'Left 1 due flow run(s) in the queue: the circuit is open, and this invocation has made its one launch that tries it.',
    });
  });

  test('for which the circuit leaves one, and for that one no time, are left for want of time', async () => {
    const { agent, backend, clock } = scriptedAgent();
    backend.queue = [flowRun('a')];
    const start = agent.start({ deadlineMs: clock.now() + 12_000, onlyTry: true });
    const overLimit = 'Left 1 due flow run(s) in the queue: no time is left.';
    expect(await clock.until(start)).toMatchObject({ started: 0, overLimit });
  });

  test('are counted with those of unknown fate, and without runs that were put back', async () => {
    const outcomes = [startedAs('a'), retry('no capacity'), unknown('connection lost')];
    const scripted = scriptedAgent({ limits: { maxLaunches: 2 } }, () => outcomes.shift() ?? startedAs('x'));
    scripted.backend.queue = ['a', 'b', 'c', 'd'].map((id) => flowRun(id));
    expect(await invoke(scripted)).toMatchObject({ started: 1, putBack: 1, unknown: 1 });
    expect(scripted.backend.queue.map(({ id }) => id)).toEqual(['d']);
  });
});

describe('a run that is later than the agent allows', () => {
  const late = (nowMs: number) => [
    flowRun('late', nowMs - 61_000),
    { ...flowRun('put-back', nowMs - 1000), notBeforeMs: nowMs - 1000, dueSinceMs: nowMs - 61_000 },
    flowRun('good', nowMs - 60_000),
  ];

  test.each([
    ['failed', undefined, { failed: 2, cancelled: 0 }],
    ['failed', 'fail', { failed: 2, cancelled: 0 }],
    ['cancelled', 'cancel', { failed: 0, cancelled: 2 }],
  ] as const)('is %s before any claim, where the setting is %s', async (kind, lateRuns, counts) => {
    const scripted = scriptedAgent({ limits: { maxLatenessMs: 60_000, lateRuns } });
    const { backend, clock } = scripted;
    backend.queue = late(clock.now());
    const report = await invoke(scripted);
    expect(report).toMatchObject({ found: 3, claimed: 1, started: 1, ...counts });
    expect(backend.claims.map(({ ids }) => ids)).toEqual([['good']]);
    const reason =
      'Not launched: it was due at 2026-11-23T11:58:59.000Z, 61 s ago, and the agent launches nothing that is later than 60 s.';
    expect(backend.settlements).toEqual([
      { kind, held: 'queued', flowRunId: 'late', reason },
      { kind, held: 'queued', flowRunId: 'put-back', reason },
    ]);
    expect(backend.logs).toContainEqual({ flowRunId: 'late', level: 'ERROR', message: reason });
    expect(report.runs).toContainEqual({
      flowRunId: 'late',
      name: 'name-late',
      outcome: kind,
      detail: reason,
    });
    const state = kind === 'failed' ? 'Failed' : 'Cancelled';
    expect(scripted.logger.messages('error')).toContain(`Updating flow run late state to ${state}...`);
  });

  test('is launched however late it is, where nothing is set', async () => {
    const scripted = scriptedAgent();
    scripted.backend.queue = late(scripted.clock.now());
    expect(await invoke(scripted)).toMatchObject({ started: 3, failed: 0 });
  });
});

test('a log that is hardly ever answered does not use up the time in which runs are given up', async () => {
  const scripted = scriptedAgent({}, () => failed('too large'));
  const { backend, clock } = scripted;
  const startMs = clock.now();
  backend.log = () => clock.sleep(60_000);
  const settle = backend.settle.bind(backend);
  let settledMs = Infinity;
  backend.settle = async (settlements) => {
    settledMs = clock.now();
    return settle(settlements);
  };
  backend.queue = [flowRun('bad')];
  await invoke(scripted);
  expect(settledMs).toBe(startMs);
});

describe('what telling and claiming took lately is kept free at the end', () => {
  /** How long before the end of its time a warm agent still claims, after a start with this much delay. */
  const claimsUntilMs = async (delays: { readonly claimMs?: number; readonly logMs?: number }) => {
    const scripted = scriptedAgent({ launchable: (ms) => (ms > 0 ? Infinity : 0) });
    const { agent, backend, clock } = scripted;
    const log = backend.log.bind(backend);
    const claim = backend.claim.bind(backend);
    backend.log = async (lines) => {
      await clock.sleep(delays.logMs ?? 0);
      return log(lines);
    };
    backend.claim = async (runs, claimant) => {
      await clock.sleep(delays.claimMs ?? 0);
      return claim(runs, claimant);
    };
    backend.queue = [flowRun('first')];
    await invoke(scripted);
    for (let leftMs = 60_000; leftMs > 0; leftMs -= 1000) {
      backend.queue = [flowRun(`run-${leftMs}`)];
      const { claimed } = await clock.until(agent.start({ deadlineMs: clock.now() + leftMs, maxPolls: 1 }));
      if (claimed === 0) return leftMs;
    }
    return 0;
  };

  test.each([
    ['both quick', {}, 3000],
    ['telling slow', { logMs: 9000 }, 9000],
    ['claims slow, of which telling needs some', { claimMs: 4000 }, 18_000],
    ['telling slower than can be kept free', { logMs: 30_000 }, 20_000],
  ])('%s', async (_, delays, expected) => {
    expect(await claimsUntilMs(delays)).toBe(expected);
  });
});

test('no more runs are claimed at once than the platform can launch in the time left', async () => {
  const scripted = scriptedAgent({ launchable: (ms) => Math.floor(ms / 5000) });
  scripted.backend.queue = Array.from({ length: 20 }, (_, i) => flowRun(String(i)));
  await invoke(scripted, 19_000);
  // 19 s less 2.5 s for telling and half a second for the claim.
  expect(scripted.backend.claims[1]?.ids).toHaveLength(3);
});

test('an invocation that lingers looks again while there is time, and starts what has come meanwhile', async () => {
  const scripted = scriptedAgent({ lingerMs: 5000 });
  scripted.backend.onLook = (look) => {
    if (look === 4) scripted.backend.queue.push(flowRun('late'));
  };
  const startMs = scripted.clock.now();
  expect(await invoke(scripted)).toMatchObject({ started: 1, failedPolls: 0 });
  expect(scripted.backend.looks.length).toBe(11);
  expect(scripted.clock.now() - startMs).toBeLessThan(55_000);
});

test('a Running run that is due for retries and can’t be launched is given up as what it is', async () => {
  const scripted = scriptedAgent({ prepare: () => failed('too large') });
  scripted.backend.queue = [{ ...flowRun('retrying'), isRunning: true }];
  await invoke(scripted);
  expect(scripted.backend.settlements).toEqual([
    { kind: 'failed', held: 'queued', isRunning: true, flowRunId: 'retrying', reason: 'too large' },
  ]);
});

test('an agent that was answered slowly claims again with the next wake', async () => {
  const scripted = scriptedAgent();
  const { backend, clock } = scripted;
  backend.queue = [flowRun('slow')];
  backend.onClaim = async (run) => {
    await clock.sleep(15_000);
    return { kind: 'claimed', run: { ...run, claimKey: '1' } };
  };
  expect(await invoke(scripted)).toMatchObject({ started: 1 });
  backend.onClaim = (run) => ({ kind: 'claimed', run: { ...run, claimKey: '1' } });
  backend.queue = [flowRun('next')];
  expect(await invoke(scripted, 40_000)).toMatchObject({ found: 1, claimed: 0 });
  await clock.advance(MINUTE_MS);
  expect(await invoke(scripted, 40_000)).toMatchObject({ started: 1 });
});

describe('what becomes of a run is in the log, with its id', () => {
  const about = { flowRunId: 'a', reason: 'the reason' };

  const logOf = async (scripted: Scripted) => {
    scripted.backend.queue = [flowRun('a')];
    await invoke(scripted).catch(() => undefined);
    return scripted.logger.entries;
  };

  test.each<['lost' | 'refused' | 'unknown', LogEntry]>([
    ['lost', ['info', 'Left flow run a alone', about]],
    ['refused', ['error', 'Left flow run a in the queue', about]],
    ['unknown', ['error', 'Could not learn whether flow run a is claimed', about]],
  ])('a claim that is %s', async (kind, entry) => {
    const scripted = scriptedAgent();
    scripted.backend.onClaim = (run) => ({ kind, run, reason: 'the reason' });
    expect(await logOf(scripted)).toEqual(
      expect.arrayContaining([
        ['info', 'Deploying flow run a to execution environment...', { flowRunId: 'a' }],
        entry,
      ]),
    );
  });

  test.each<[Preparation, LogEntry]>([
    [{ kind: 'busy' }, ['debug', 'Left flow run a to its own process', { flowRunId: 'a' }]],
    [{ kind: 'later', reason: 'the reason' }, ['warn', 'Left flow run a in the queue', about]],
    [
      { kind: 'left', reason: 'the reason' },
      ['error', 'Left flow run a in the queue', { kind: 'left', ...about }],
    ],
    [failed('the reason'), ['error', 'Updating flow run a state to Failed...', about]],
  ])('before the claim: %j', async (preparation, entry) => {
    expect(await logOf(scriptedAgent({ prepare: () => preparation }))).toContainEqual(entry);
  });

  test.each<[LaunchOutcome, LogEntry]>([
    [startedAs('1'), ['info', 'Completed deployment of flow run a', { flowRunId: 'a', info: 'Task 1' }]],
    [retry('the reason'), ['warn', 'Putting flow run a back in the queue', about]],
    [
      unknown('the reason'),
      ['error', 'Could not learn whether flow run a was started', { kind: 'unknown', ...about }],
    ],
    [failed('the reason'), ['error', 'Updating flow run a state to Failed...', about]],
  ])('after the claim: %j', async (outcome, entry) => {
    expect(await logOf(scriptedAgent({}, () => outcome))).toContainEqual(entry);
  });

  test('a state that could not be changed', async () => {
    const scripted = scriptedAgent({}, () => failed('bad image'));
    scripted.backend.settle = () => Promise.resolve([{ kind: 'moved-on', reason: 'It has ended' }]);
    expect(await logOf(scripted)).toContainEqual([
      'warn',
      'The state of a flow run was not changed',
      { flowRunId: 'a', held: 'claimed', kind: 'moved-on', reason: 'It has ended' },
    ]);
  });
});
