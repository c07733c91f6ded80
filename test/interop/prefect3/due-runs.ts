import { type Chapter, tasksOf, untilFinal } from './story.ts';

/** Runs that are due now. */
export const dueRuns: Chapter = async (story) => {
  const { api, checks, deployments, invoke } = story;
  const mapped = await api.createFlowRun(deployments.mapped, { parameters: { increment: 10 } });
  const retried = await api.createFlowRun(deployments.retried);
  const failing = await api.createFlowRun(deployments.failing);
  const runs = [mapped, retried, failing];
  return async () => {
    await untilFinal(story, runs);
    const states = await Promise.all(runs.map(async (id) => (await api.flowRun(id)).state_name));
    checks.equal(
      'a flow with a parameter succeeds, one whose task is retried too, and one that fails is Failed',
      states,
      ['Completed', 'Completed', 'Failed'],
    );
    const logs = await api.logs(mapped);
    checks.equal('the parameter arrived', logs.includes('The total is 36'), true);
    const [task] = tasksOf(story, mapped);
    checks.equal(
      'a line of the run’s log names its task',
      logs.filter((text) => text.includes(String(task?.taskArn))).length,
      1,
    );
    checks.equal(
      'the run names its task as Prefect’s own worker does',
      (await api.flowRun(mapped)).infrastructure_pid,
      `default::${String(task?.taskArn)}`,
    );
    await invoke();
    checks.equal(
      'each run was launched once',
      runs.map((id) => tasksOf(story, id).length),
      [1, 1, 1],
    );
    const [of512] = tasksOf(story, retried);
    checks.equal(
      'the task has the size that its deployment asks for',
      [of512?.cpu, of512?.memory],
      ['512', '1024'],
    );
  };
};
