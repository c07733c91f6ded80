import type { Sandbox } from '../../src/sandbox/start-sandbox.ts';
import { flowRunOf } from './flow-run-of.ts';

/** Lets the tasks that are played report as a flow process would, or the agent takes them for broken. */
export function playFlows({ prefect1, ecs }: Pick<Sandbox, 'prefect1' | 'ecs'>): void {
  const report = (id: string, from: string, type: string) => {
    if (prefect1.flowRun(id)?.state === from) prefect1.setFlowRunState(id, { type });
  };
  ecs.onTaskChange((task) => {
    if (task.lastStatus === 'RUNNING') report(flowRunOf(task), 'Submitted', 'Running');
    if (task.lastStatus === 'STOPPED') report(flowRunOf(task), 'Running', 'Success');
  });
}
