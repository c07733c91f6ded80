import { expect, test } from 'vitest';
import { unsent } from '../../../src/agent/launch-outcome.ts';
import type { LaunchedTask, TaskEnd, TaskFinder } from '../../../src/agent/launched-task.ts';
import type { FlowRun } from '../../../src/agent/flow-run.ts';
import { flowRun, ScriptedAgent, scriptedAgent } from '../../support/scripted-agent.ts';

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
