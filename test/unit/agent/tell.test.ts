import { describe, expect, test } from 'vitest';
import { failed, unsent } from '../../../src/agent/launch-outcome.ts';
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

  protected override get finder(): () => Promise<TaskFinder<FlowRun>> {
    const find = async () => Promise.resolve(this.tasks());
    return () => Promise.resolve({ find, stop: () => Promise.resolve() });
  }
}

test.each<[string, () => readonly LaunchedTask[], string]>([
  ['no task', () => [], 'put-back'],
  ['a stopped task of an earlier claim', () => [{ id: 't', claimKey: '0', end }], 'put-back'],
  ['a task that lives', () => [{ id: 't', claimKey: undefined, end: undefined }], 'unknown'],
  ['a stopped task of this claim', () => [{ id: 't', claimKey: '1', end }], 'unknown'],
  [
    'tasks that can’t be seen',
    () => {
      throw new Error('ECS is down');
    },
    'unknown',
  ],
])('a launch for which the time was used up, with %s', async (_, tasks, outcome) => {
  const { backend, logger, clock } = scriptedAgent();
  const agent = new LateAgent({}, { backend, logger, clock }, () => unsent('No time.'));
  agent.tasks = tasks;
  backend.queue = [flowRun('a')];
  const started = agent.start({ deadlineMs: clock.now() + 60_000 });
  await expect(clock.until(started)).rejects.toMatchObject({ report: { runs: [{ outcome }] } });
  expect(backend.settlements.map(({ kind }) => kind)).toEqual(outcome === 'put-back' ? ['put-back'] : []);
});

describe('a run that was started is told', () => {
  const start = async (recordedId?: string, onRecord: () => void = () => undefined) => {
    const { agent, backend, clock, logger } = scriptedAgent({}, ({ id }) =>
      id === 'bad' ? failed('No image.') : { ...startedAs(`task-${id}`), ...(recordedId && { recordedId }) },
    );
    backend.onRecord = onRecord;
    backend.queue = [flowRun('a'), flowRun('bad')];
    const report = await clock.until(agent.start({ deadlineMs: clock.now() + 60_000 }));
    return { report, backend, logger };
  };

  test('which task runs it, and one that was not started is not told anything', async () => {
    const { backend } = await start();
    expect(backend.launches).toEqual([{ flowRunId: 'a', infrastructureId: 'task-a' }]);
  });

  test('the task as Prefect’s own agent names it', async () => {
    const { backend } = await start('cluster::task-a');
    expect(backend.launches).toEqual([{ flowRunId: 'a', infrastructureId: 'cluster::task-a' }]);
  });

  test('and is started all the same where it can’t be told', async () => {
    const { report, logger } = await start(undefined, () => {
      throw new Error('API is down');
    });
    expect(report).toMatchObject({ started: 1, failed: 1 });
    expect(logger.messages('warn')).toContainEqual(
      expect.stringContaining('Could not write into 1 flow run'),
    );
  });
});
