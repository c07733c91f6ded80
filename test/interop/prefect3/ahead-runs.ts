import { readdir } from 'node:fs/promises';
import { type Chapter, inSeconds, tasksOf, until, untilFinal } from './story.ts';

/** How much later than its start time a run may be Running, in milliseconds. */
const START_WITHIN_MS = 5000;

/** How much earlier, in milliseconds: the server has its flow process wait for full seconds, rounded down. */
const START_EARLY_MS = 1000;

/** Runs that will be due, by a schedule and by hand. */
export const aheadRuns: Chapter = async (story) => {
  const { api, checks, deployments, world } = story;
  const firstScheduled = async () => (await api.flowRunsOf(deployments.scheduled))[0];
  // The server's scheduler looks every 5 s.
  await until('the schedule to make a run', async () => (await firstScheduled()) !== undefined);
  const first = await firstScheduled();
  const scheduled = first?.id ?? '';
  const startTimeMs = Date.parse(first?.expected_start_time ?? '');
  const cancelled = await api.createFlowRun(deployments.traced, { startTime: inSeconds(70) });
  const tooEarly = await api.createFlowRun(deployments.traced, { startTime: inSeconds(3600) });
  const neverLaunched = await api.createFlowRun(deployments.traced, { startTime: inSeconds(20) });
  await api.cancel(neverLaunched);
  return async () => {
    const containers = [scheduled, cancelled, tooEarly].map((id) => tasksOf(story, id));
    checks.equal(
      'runs that start within the lead are launched, one in an hour is not',
      containers.map((tasks) => tasks.length),
      [1, 1, 0],
    );
    const [waiting] = tasksOf(story, cancelled);
    await until('the container to look at its run', () =>
      Promise.resolve(Boolean(world.ecs.output(waiting?.taskArn ?? ''))),
    );
    await api.cancel(cancelled);
    await untilFinal(story, [scheduled, cancelled, neverLaunched]);
    const run = await api.flowRun(scheduled);
    const lateMs = Date.parse(run.start_time ?? '') - startTimeMs;
    process.stdout.write(`        a scheduled run was Running ${lateMs} ms after its start time\n`);
    checks.equal(
      'a scheduled run starts at its start time and succeeds',
      [lateMs > -START_EARLY_MS, lateMs <= START_WITHIN_MS, run.state_name],
      [true, true, 'Completed'],
    );
    const states = await Promise.all(
      [cancelled, neverLaunched].map(async (id) => (await api.flowRun(id)).state_name),
    );
    checks.equal('a run that is cancelled before it starts is Cancelled, launched or not', states, [
      'Cancelled',
      'Cancelled',
    ]);
    const traces = await readdir(`${world.directory}/traces`);
    checks.equal(
      'and is not executed',
      [scheduled, cancelled, neverLaunched, tooEarly].map((id) => traces.includes(id)),
      [true, false, false, false],
    );
  };
};
