import { describe, expect, test } from 'vitest';
import { failed, retry, unsent } from '../../../src/agent/launch-outcome.ts';
import type { LaunchedTask, TaskEnd, TaskFinder } from '../../../src/agent/launched-task.ts';
import type { FlowRun } from '../../../src/agent/flow-run.ts';
import { flowRun, ScriptedAgent, scriptedAgent, startedAs } from '../../support/scripted-agent.ts';

const end: TaskEnd = {
  atMs: 0,
  cause: 'run',
  reason: 'ended',
  likeness: '',
  program: '',
  exitCode: 0,
};

/** A platform whose time is used up before it launches anything. */
class LateAgent extends ScriptedAgent {
  tasks: () => readonly LaunchedTask[] = () => [];
  readonly found: unknown[] = [];
  finders = 0;

  protected override get finder(): () => Promise<TaskFinder<FlowRun>> {
    const find = async ({ id }: FlowRun, known: readonly string[]) => {
      this.found.push([id, known]);
      return Promise.resolve(this.tasks());
    };
    return () => {
      this.finders += 1;
      return Promise.resolve({ find, stop: () => Promise.resolve() });
    };
  }
}

test.each<[string, () => readonly LaunchedTask[], string, string]>([
  ['no task', () => [], 'put-back', 'No time.'],
  ['a stopped task of an earlier claim', () => [{ id: 't', claimKey: '0', end }], 'put-back', 'No time.'],
  [
    'a task that lives',
    () => [{ id: 't', claimKey: undefined, end: undefined }],
    'unknown',
    'No time. It has a task all the same.',
  ],
  [
    'a stopped task of this claim',
    () => [{ id: 't', claimKey: '1', end }],
    'unknown',
    'No time. It has a task all the same.',
  ],
  [
    'tasks that can’t be seen',
    () => {
      throw new Error('ECS is down');
    },
    'unknown',
    'No time. Its tasks: ECS is down',
  ],
])('a launch for which the time was used up, with %s', async (_, tasks, outcome, detail) => {
  const { backend, logger, clock } = scriptedAgent();
  const agent = new LateAgent({}, { backend, logger, clock }, () => unsent('No time.'));
  agent.tasks = tasks;
  backend.queue = [flowRun('a')];
  const started = agent.start({ deadlineMs: clock.now() + 60_000 });
  await expect(clock.until(started)).rejects.toMatchObject({ report: { runs: [{ outcome, detail }] } });
  expect(backend.settlements.map(({ kind }) => kind)).toEqual(outcome === 'put-back' ? ['put-back'] : []);
});

test('only the launches of a batch that were not sent are looked at, and without such no task is', async () => {
  const { backend, logger, clock } = scriptedAgent();
  const outcomes = [startedAs('1'), startedAs('2'), unsent('No time.'), retry('No room.')];
  const agent = new LateAgent({}, { backend, logger, clock }, () => outcomes.shift() ?? startedAs('3'));
  agent.tasks = () => [{ id: 't', claimKey: '1', end: undefined }];
  const start = async (...ids: string[]) => {
    backend.queue = ids.map((id) => flowRun(id));
    return clock.until(agent.start({ deadlineMs: clock.now() + 60_000 }));
  };
  await start('first');
  expect(agent.finders).toBe(0);
  expect(await start('a', 'b', 'c')).toMatchObject({ started: 1, unknown: 1, putBack: 1 });
  expect(agent.found).toEqual([['b', []]]);
});

test('a launch that was not sent is put back where nobody can say which tasks a run has', async () => {
  const { agent, backend, clock } = scriptedAgent({}, () => unsent('No time.'));
  backend.queue = [flowRun('a')];
  const started = agent.start({ deadlineMs: clock.now() + 60_000 });
  await expect(clock.until(started)).rejects.toMatchObject({ report: { putBack: 1, unknown: 0 } });
});

describe('what is written into a flow run', () => {
  const start = async (recordedId?: string, onRecord: () => void = () => undefined) => {
    const { agent, backend, clock, logger } = scriptedAgent({}, ({ id }) =>
      id === 'bad' ? failed('No image.') : { ...startedAs(`task-${id}`), ...(recordedId && { recordedId }) },
    );
    backend.onRecord = onRecord;
    backend.queue = [flowRun('a'), flowRun('bad')];
    const report = await clock.until(agent.start({ deadlineMs: clock.now() + 60_000 }));
    return { report, backend, logger };
  };

  test('is the task that runs it, and nothing where it was not started', async () => {
    const { backend } = await start();
    expect(backend.launches).toEqual([{ flowRunId: 'a', infrastructureId: 'task-a' }]);
  });

  test('is named as Prefect’s own agent names it', async () => {
    const { backend } = await start('cluster::task-a');
    expect(backend.launches).toEqual([{ flowRunId: 'a', infrastructureId: 'cluster::task-a' }]);
  });

  test('may be missing: the run is started all the same', async () => {
    const error = new Error('API is down');
    const { report, logger } = await start(undefined, () => {
      throw error;
    });
    expect(report).toMatchObject({ started: 1, failed: 1 });
    expect(logger.entries).toContainEqual([
      'warn',
      'Could not write into 1 flow run(s) which task runs them',
      { error },
    ]);
  });

  test.each<[string, (parts: ReturnType<typeof scriptedAgent>) => void]>([
    ['a backend has no place for it', ({ backend }) => Object.assign(backend, { recordLaunches: undefined })],
    [
      'none was started',
      ({ backend }) => {
        backend.queue = [flowRun('bad')];
      },
    ],
  ])('nothing is, and nothing is said of it, where %s', async (_, change) => {
    const parts = scriptedAgent({}, ({ id }) => (id === 'bad' ? failed('No image.') : startedAs(id)));
    parts.backend.queue = [flowRun('a')];
    parts.backend.onRecord = () => {
      throw new Error('There is nothing to write.');
    };
    change(parts);
    await parts.clock.until(parts.agent.start({ deadlineMs: parts.clock.now() + 60_000 }));
    expect(parts.logger.messages('warn')).toEqual([]);
  });
});
