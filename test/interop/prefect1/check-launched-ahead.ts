import { readdir } from 'node:fs/promises';
import type { Checks } from '../../support/checks.ts';
import type { Interop } from './interop.ts';

/** How much later than its start time a run may be Running, in milliseconds: Python loads Prefect until then. */
const START_WITHIN_MS = 3000;

/** Runs that are launched before their start time: what their containers do at that time. */
export async function checkLaunchedAhead(interop: Interop, checks: Checks): Promise<void> {
  const { api, ecs, directory, start, invoke, until } = interop;
  // Full seconds, as those of a schedule: a fraction is rounded up.
  const inSeconds = (seconds: number) =>
    new Date(Math.ceil(Date.now() / 1000 + seconds) * 1000).toISOString();
  const startTime = inSeconds(6);
  const onTime = start('leaves a trace', { startTime });
  const cancelled = start('leaves a trace', { startTime: inSeconds(8) });
  const postponed = start('leaves a trace', { startTime: inSeconds(8) });
  const runs = [onTime, cancelled, postponed];
  const stateOf = (id: string): string => api.flowRun(id)?.state ?? 'missing';
  const taskOf = (id: string) => ecs.tasks().find(({ startedBy }) => startedBy?.endsWith(id));

  const { started } = await invoke();
  await until('the containers to run', () => runs.every((id) => taskOf(id)?.lastStatus === 'RUNNING'));
  checks.equal(
    'runs that start in seconds are launched, and their containers wait',
    [started, Date.now() < Date.parse(startTime), ...runs.map(stateOf)],
    [3, true, 'Submitted', 'Submitted', 'Submitted'],
  );

  api.cancel(cancelled);
  api.setFlowRunState(postponed, { type: 'Scheduled', start_time: inSeconds(3600) });
  await until('the containers to stop', () => runs.every((id) => taskOf(id)?.lastStatus === 'STOPPED'));

  const lateMs = Date.parse(api.flowRun(onTime)?.start_time ?? '') - Date.parse(startTime);
  process.stdout.write(`        a run was Running ${lateMs} ms after its start time\n`);
  checks.equal(
    'a run starts at its start time, not before, and succeeds',
    [lateMs >= 0, lateMs <= START_WITHIN_MS, stateOf(onTime)],
    [true, true, 'Success'],
  );
  checks.equal(
    'a run that is cancelled while its container waits stays Cancelled',
    stateOf(cancelled),
    'Cancelled',
  );
  checks.equal(
    'a run that is postponed while its container waits stays Scheduled',
    stateOf(postponed),
    'Scheduled',
  );
  checks.equal('and neither of them is executed', await readdir(`${directory}/traces`), [onTime]);
  const exitCodes = runs.map((id) => taskOf(id)?.containers[0]?.exitCode);
  checks.equal('the process of each ends with 0', exitCodes, [0, 0, 0]);
}
