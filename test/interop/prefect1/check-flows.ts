import type { Checks } from '../../support/checks.ts';
import type { Interop } from './interop.ts';

/** Real flows that are due end as they must. */
export async function checkFlows(interop: Interop, checks: Checks): Promise<void> {
  const { api, ecs, start, invoke, until } = interop;
  const mapped = start('mapped', { parameters: { increment: 10 } });
  const retried = start('retried');
  const later = start('retried later');
  const failing = start('failing');
  const wrong = start('of another platform');

  const stateOf = (id: string): string => api.flowRun(id)?.state ?? 'missing';
  const taskStates = (id: string): string[] =>
    api.taskRuns(id).map(({ map_index: index, state }) => `${index}: ${state}`);
  const messages = (id: string): string[] => api.logs(id).map(({ message }) => message ?? '');
  const tasksOf = (id: string) => ecs.tasks().filter(({ startedBy }) => startedBy?.endsWith(id));

  const { found, started, failed } = await invoke();
  checks.equal(
    'the first poll finds all and starts all but the one of another platform',
    { found, started, failed },
    { found: 5, started: 4, failed: 1 },
  );
  await until('the tasks to stop', () => ecs.tasks().every(({ lastStatus }) => lastStatus === 'STOPPED'));

  checks.equal('a flow with a mapped task and a parameter succeeds', stateOf(mapped), 'Success');
  checks.equal(
    'its parameter arrived, and its logger’s line in the run’s log',
    messages(mapped).includes('The total is 36'),
    true,
  );
  checks.equal(
    'its mapped children were run',
    taskStates(mapped).filter((text) => /^[0-2]: Success$/.test(text)).length,
    3,
  );
  checks.equal(
    'the line that names the task is in the run’s log',
    messages(mapped).filter(
      (text) => text === `Submitted for execution: Task ${String(tasksOf(mapped)[0]?.taskArn)}`,
    ).length,
    1,
  );
  checks.equal(
    'a task that is retried within its process succeeds',
    [stateOf(retried), taskStates(retried)],
    ['Success', ['-1: Success']],
  );
  checks.equal(
    'a flow that fails is Failed',
    [stateOf(failing), taskStates(failing)],
    ['Failed', ['-1: Failed']],
  );
  const refusal = `Flow run ${wrong} has a \`run_config\` of type \`LocalRun\`, only \`ECSRun\` is supported`;
  checks.equal(
    'a run config of another platform is Failed with the genuine words, in state and log',
    [stateOf(wrong), api.flowRun(wrong)?.state_message, messages(wrong)],
    ['Failed', refusal, [refusal]],
  );

  checks.equal(
    'a task that waits for a late retry leaves its flow run Running',
    [stateOf(later), taskStates(later)],
    ['Running', ['-1: Retrying']],
  );
  const [waiting] = api.taskRuns(later);
  checks.equal('a retry that is not due is not launched', (await invoke()).found, 0);
  api.setTaskRunState(waiting?.id ?? '', {
    ...waiting?.serialized_state,
    start_time: new Date(Date.now() - 10_000).toISOString(),
  });
  checks.equal('a retry that is due is launched', (await invoke()).started, 1);
  await until('the retry to end', () => stateOf(later) !== 'Running');
  checks.equal('and succeeds', [stateOf(later), taskStates(later)], ['Success', ['-1: Success']]);

  const launches = [mapped, retried, later, failing, wrong].map((id) => tasksOf(id).length);
  checks.equal('each launch was one ECS task', launches, [1, 1, 2, 1, 0]);
  await until('the tasks to stop', () => ecs.tasks().every(({ lastStatus }) => lastStatus === 'STOPPED'));
  const exitCodes = ecs.tasks().map(({ containers }) => containers[0]?.exitCode);
  checks.equal('every process ended with 0', exitCodes, [0, 0, 0, 0, 0]);
  checks.equal('an idle poll finds nothing', (await invoke()).found, 0);
}
