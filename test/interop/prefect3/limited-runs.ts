import { type Chapter, tasksOf, until, untilFinal } from './story.ts';

/** Two due runs of a deployment that may run once at a time. */
export const limitedRuns: Chapter = async (story) => {
  const { api, checks, deployments, invoke } = story;
  const deployment = deployments['one at a time'];
  // Prefect 2 has no such limit.
  if (deployment === undefined) return () => Promise.resolve();
  const runs = [await api.createFlowRun(deployment), await api.createFlowRun(deployment)];
  return async () => {
    const [launched, others] = [true, false].map((is) =>
      runs.filter((id) => tasksOf(story, id).length > 0 === is),
    );
    const waiting = others?.[0] ?? '';
    checks.equal('of a deployment with a limit of one, one run is launched', launched?.length, 1);
    checks.equal(
      'and the other waits for its slot',
      (await api.flowRun(waiting)).state_name,
      'AwaitingConcurrencySlot',
    );
    await untilFinal(story, launched ?? []);
    await until('the other to be due', async () => {
      await invoke();
      return tasksOf(story, waiting).length > 0;
    });
    await untilFinal(story, runs);
    const ended = await Promise.all(runs.map((id) => api.flowRun(id)));
    checks.equal(
      'until it gets it',
      ended.map(({ state_name: state, run_count: count }) => [state, count]),
      [
        ['Completed', 1],
        ['Completed', 1],
      ],
    );
  };
};
