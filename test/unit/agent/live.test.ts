import { afterEach, describe, expect, test } from 'vitest';
import type { FlowRun } from '../../../src/agent/flow-run.ts';
import type { TaskFinder } from '../../../src/agent/launched-task.ts';
import { failed, type LaunchOutcome } from '../../../src/agent/launch-outcome.ts';
import { SettingsError } from '../../../src/errors.ts';
import { freePort } from '../../support/free-port.ts';
import { flowRun, ScriptedAgent, scriptedAgent, startedAs } from '../../support/scripted-agent.ts';

const sleeps = (messages: string[]): string[] =>
  messages.flatMap((message) => /Sleeping flow run poller for (.*) seconds/.exec(message)?.[1] ?? []);

test('idle polls wait 0.5, 1, 2, 4, 8 and then 10 seconds; a find starts anew at 0.25 (conformance 22)', async () => {
  const { agent, backend, clock, logger } = scriptedAgent({ maxPolls: 10 });
  backend.onLook = (look) => {
    if (look === 9) backend.queue = [flowRun('a')];
  };
  await clock.until(agent.start());
  expect(sleeps(logger.messages('debug'))).toEqual([
    '0.5',
    '1',
    '2',
    '4',
    '8',
    '10',
    '10',
    '10',
    '0.25',
    '0.5',
  ]);
});

test('a long-lived agent sweeps every minute, where it can say which tasks a run has', async () => {
  class FindingAgent extends ScriptedAgent {
    protected override get finder(): () => Promise<TaskFinder<FlowRun>> {
      return () => Promise.resolve({ find: () => Promise.resolve([]), stop: () => Promise.resolve() });
    }
  }
  const { backend, clock, logger } = scriptedAgent();
  const agent = new FindingAgent({ maxPolls: 20 }, { backend, clock, logger }, ({ id }) => startedAs(id));
  const startMs = clock.now();
  await clock.until(agent.start());
  const minutes = (clock.now() - startMs) / 60_000;
  expect(backend.sweeps).toHaveLength(Math.ceil(minutes));
  expect(minutes).toBeGreaterThan(2);
});

test('the agent looks ten seconds ahead (conformance 16)', async () => {
  const { agent, backend, clock } = scriptedAgent({ maxPolls: 1, labels: ['b', 'a'] });
  const startMs = clock.now();
  await clock.until(agent.start());
  expect(backend.looks).toEqual([{ labels: ['b', 'a'], beforeMs: startMs + 10_000, except: new Set() }]);
});

test('a run that is early is claimed at its start time, not before (conformance 24)', async () => {
  const { agent, backend, clock, logger } = scriptedAgent({ maxPolls: 5 });
  const startMs = clock.now() + 3000;
  backend.queue = [flowRun('early', startMs)];
  await clock.until(agent.start());
  expect(backend.claims).toEqual([expect.objectContaining({ ids: ['early'], atMs: startMs })]);
  expect(logger.messages('debug')).toContain('Waiting 3s to deploy flow run early on time...');
});

test('a timer that ends too early does not make a run be launched before its start time', async () => {
  const { agent, backend, clock } = scriptedAgent({ maxPolls: 5 });
  const startMs = clock.now() + 3000;
  backend.queue = [flowRun('early', startMs)];
  const sleep = clock.sleep.bind(clock);
  clock.sleep = async (ms, signal) => sleep(ms === 3000 ? 2999 : ms, signal);
  await clock.until(agent.start());
  expect(backend.claims).toEqual([expect.objectContaining({ ids: ['early'], atMs: startMs })]);
});

test('an early run does not hold up those that are due (conformance 24)', async () => {
  const { agent, backend, clock } = scriptedAgent({ maxPolls: 5 });
  const nowMs = clock.now();
  backend.queue = [flowRun('due', nowMs - 1), flowRun('early', nowMs + 3000), flowRun('due too', nowMs)];
  await clock.until(agent.start());
  expect(agent.deployed).toEqual([['due'], ['due too'], ['early']]);
});

test('a run that waits for its start time is not worked on twice (conformance 17, 42)', async () => {
  const { agent, backend, clock } = scriptedAgent({ maxPolls: 8 });
  backend.queue = [flowRun('early', clock.now() + 9000)];
  await clock.until(agent.start());
  expect(agent.deployed).toEqual([['early']]);
  expect(backend.looks[1]?.except).toEqual(new Set(['early']));
});

test('an id leaves the set of runs in flight when its deployment ends, however it ends (conformance 42)', async () => {
  const { agent, backend, clock } = scriptedAgent({ maxPolls: 2 });
  backend.onClaim = (run) => ({ kind: 'lost', run, reason: 'another has it' });
  backend.queue = [flowRun('a')];
  await clock.until(agent.start());
  expect(backend.claims).toHaveLength(2);
});

test('a failed look is logged, counts as idle and does not end the agent (conformance 21)', async () => {
  const { agent, backend, clock, logger } = scriptedAgent({ maxPolls: 3 });
  backend.onLook = (look) => {
    if (look === 1) throw new Error('db down');
    if (look === 2) backend.queue = [flowRun('a')];
  };
  const report = await clock.until(agent.start());
  expect(logger.messages('error')).toEqual(['Failed to query for ready flow runs']);
  expect(report).toMatchObject({ polls: 3, failedPolls: 1, started: 1 });
  expect(sleeps(logger.messages())).toEqual(['0.5', '0.25', '0.5']);
});

describe('maxPolls (conformance 23)', () => {
  test('failed polls count, and deployments in progress are awaited', async () => {
    const scripted = scriptedAgent({ maxPolls: 2 }, async ({ id }) => {
      await scripted.clock.sleep(60_000);
      return startedAs(id);
    });
    scripted.backend.onLook = (look) => {
      if (look === 2) throw new Error('db down');
    };
    scripted.backend.queue = [flowRun('slow')];
    const report = await scripted.clock.until(scripted.agent.start());
    expect(report).toMatchObject({ polls: 2, failedPolls: 1, started: 1 });
  });

  test('0 means no poll at all', async () => {
    const { agent, backend, clock } = scriptedAgent({ maxPolls: 0 });
    await clock.until(agent.start());
    expect(backend.looks).toEqual([]);
  });
});

describe('told to stop (conformance 46, 47)', () => {
  test('a run that still waits for its start time is left in the queue, unclaimed', async () => {
    const { agent, backend, clock, logger } = scriptedAgent();
    const stop = new AbortController();
    backend.queue = [flowRun('early', clock.now() + 9000)];
    const life = agent.start({ stop: stop.signal });
    await clock.advance(2000);
    stop.abort();
    await clock.until(life);
    expect(backend.claims).toEqual([]);
    expect(logger.messages('info')).toContain('Told to stop. Shutting down...');
    expect(logger.messages('error')).toEqual([]);
  });

  test('a run that is claimed is still launched and told of', async () => {
    const stop = new AbortController();
    const scripted = scriptedAgent({}, async ({ id }) => {
      await scripted.clock.sleep(5000);
      return startedAs(id);
    });
    scripted.backend.queue = [flowRun('a')];
    const life = scripted.agent.start({ stop: stop.signal });
    await scripted.clock.advance(1000);
    stop.abort();
    const report = await scripted.clock.until(life);
    expect(report.started).toBe(1);
    expect(scripted.backend.logs).toEqual([
      { flowRunId: 'a', level: 'INFO', message: 'Submitted for execution: Task a' },
    ]);
  });
});

describe('what a deployment says and writes', () => {
  const deploy = async (outcome: LaunchOutcome) => {
    const scripted = scriptedAgent({ maxPolls: 1 }, () => outcome);
    scripted.backend.queue = [flowRun('a')];
    await scripted.clock.until(scripted.agent.start());
    return scripted;
  };

  test('a started run is told of in the log and in the run’s own log (conformance 25, 31)', async () => {
    const { logger, backend } = await deploy(startedAs('arn:aws:ecs:task/1'));
    expect(logger.messages('info')).toEqual([
      'Starting ScriptedAgent with labels []',
      'Waiting for flow runs...',
      'Deploying flow run a to execution environment...',
      'Completed deployment of flow run a',
    ]);
    expect(backend.logs).toEqual([
      { flowRunId: 'a', level: 'INFO', message: 'Submitted for execution: Task arn:aws:ecs:task/1' },
    ]);
  });

  test('a run at fault is told of in its own log and marked Failed with the same words (conformance 35)', async () => {
    const { logger, backend } = await deploy(failed('bad image'));
    expect(logger.messages('error')).toEqual(['Updating flow run a state to Failed...']);
    expect(backend.logs).toEqual([{ flowRunId: 'a', level: 'ERROR', message: 'bad image' }]);
    expect(backend.settlements).toEqual([
      { kind: 'failed', held: 'claimed', flowRunId: 'a', reason: 'bad image' },
    ]);
  });

  test.each([
    ['started', startedAs('x'), 0],
    ['failed', failed('bad image'), 1],
  ] as const)(
    'a log that can’t be written changes nothing for a run that was %s (conformance 37, 38)',
    async (kind, outcome, settled) => {
      const scripted = scriptedAgent({ maxPolls: 1 }, () => outcome);
      scripted.backend.queue = [flowRun('a')];
      const error = new Error('Writing logs failed.');
      scripted.backend.onLog = () => {
        throw error;
      };
      const report = await scripted.clock.until(scripted.agent.start());
      expect(report[kind]).toBe(1);
      expect(scripted.backend.settlements).toHaveLength(settled);
      const message = "Could not write 1 line(s) to the flow runs' logs";
      expect(scripted.logger.entries.filter(([level]) => level === 'warn')).toEqual([
        ['warn', message, { error }],
      ]);
    },
  );

  test('a run that can’t be read is failed with the reason and does not hold up the others (conformance 20, 39)', async () => {
    const { agent, backend, clock } = scriptedAgent({ maxPolls: 1 });
    backend.queue = [flowRun('good')];
    backend.unreadable = [{ id: 'bad', reason: 'serialized_state.type: Unsupported value: Sideways' }];
    const report = await clock.until(agent.start());
    expect(report).toMatchObject({ found: 2, started: 1, failed: 1 });
    const detail = 'serialized_state.type: Unsupported value: Sideways';
    expect(report.runs).toContainEqual({ flowRunId: 'bad', name: '', outcome: 'failed', detail });
    expect(backend.settlements).toEqual([
      {
        kind: 'failed',
        held: 'queued',
        flowRunId: 'bad',
        reason: 'serialized_state.type: Unsupported value: Sideways',
      },
    ]);
  });
});

describe('the agent’s own API', () => {
  const stops: AbortController[] = [];
  afterEach(() => {
    for (const stop of stops.splice(0)) stop.abort();
  });

  const serve = async () => {
    const port = await freePort();
    const stop = new AbortController();
    stops.push(stop);
    const scripted = scriptedAgent({ agentAddress: `http://127.0.0.1:${port}` });
    const life = scripted.agent.start({ stop: stop.signal });
    await expect
      .poll(() => fetch(`http://127.0.0.1:${port}/api/health`).catch(() => undefined))
      .toBeDefined();
    const get = (path: string, method = 'GET') => fetch(`http://127.0.0.1:${port}${path}`, { method });
    return { ...scripted, life, stop, get };
  };

  test('health is a JSON object, other methods get 405 and other paths 404 (conformance 43)', async () => {
    const { get } = await serve();
    const health = await get('/api/health');
    expect(health.status).toBe(200);
    expect(health.headers.get('content-type')).toBe('application/json; charset=UTF-8');
    expect(await health.json()).toEqual({});
    const statuses = await Promise.all([
      get('/api/health', 'HEAD'),
      get('/api/poke', 'POST'),
      get('/api/health/'),
      get('/'),
    ]);
    expect(statuses.map(({ status }) => status)).toEqual([405, 405, 404, 404]);
  });

  test('health says 503 and why after a poll that failed (conformance 43)', async () => {
    const { get, backend, clock } = await serve();
    backend.onLook = () => {
      throw new Error('db down');
    };
    await clock.advance(1000);
    const health = await get('/api/health');
    expect(health.status).toBe(503);
    expect(await health.json()).toEqual({ reason: 'db down' });
  });

  test('a poke cuts the wait short and does not make the next one shorter (conformance 22, 43)', async () => {
    const { get, backend, logger } = await serve();
    const before = backend.looks.length;
    const poke = await get('/api/poke');
    expect([poke.status, await poke.text()]).toEqual([200, '']);
    await expect.poll(() => backend.looks.length).toBe(before + 1);
    expect(sleeps(logger.messages())).toEqual(['0.5', '1']);
  });

  test('the server ends with the agent (conformance 47)', async () => {
    const { get, stop, life, clock } = await serve();
    stop.abort();
    await clock.until(life);
    await expect(get('/api/health')).rejects.toThrow('fetch failed');
  });

  test.each(['http://localhost', 'localhost', 'ftp://x:1', 'http://:80'])(
    'an address without a port is refused after registration: %s (conformance 44)',
    async (agentAddress) => {
      const { agent, backend, clock } = scriptedAgent({ agentAddress });
      const refused = expect(clock.until(agent.start())).rejects;
      await refused.toThrow(SettingsError);
      await refused.toThrow('Must specify port in agent address');
      expect(backend.identities).toHaveLength(1);
    },
  );
});
