import { expect, test } from 'vitest';
import { failed } from '../../../src/agent/launch-outcome.ts';
import { flowRun, scriptedAgent, startedAs } from '../../support/scripted-agent.ts';

const start = async (recordedId?: string, onRecord: () => void = () => undefined) => {
  const { agent, backend, clock, logger } = scriptedAgent({}, ({ id }) =>
    id === 'bad' ? failed('No image.') : { ...startedAs(`task-${id}`), ...(recordedId && { recordedId }) },
  );
  backend.onRecord = onRecord;
  backend.queue = [flowRun('a'), flowRun('bad')];
  const report = await clock.until(agent.start({ deadlineMs: clock.now() + 60_000 }));
  return { report, backend, logger };
};

test('what runs a flow run is written into the run, and nothing into one that was not started', async () => {
  const { backend } = await start();
  expect(backend.launches).toEqual([{ flowRunId: 'a', infrastructureId: 'task-a' }]);
});

test('it is written as Prefect’s own agent names it', async () => {
  const { backend } = await start('cluster::task-a');
  expect(backend.launches).toEqual([{ flowRunId: 'a', infrastructureId: 'cluster::task-a' }]);
});

test('a run whose launch can’t be written into it is started all the same', async () => {
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
