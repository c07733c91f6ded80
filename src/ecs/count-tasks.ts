import { DescribeTasksCommand, ListTasksCommand } from '@aws-sdk/client-ecs';
import { describeError } from '../describe-error.ts';
import { AwsError } from '../errors.ts';
import { checkAnswer } from './check-answer.ts';
import { listPages } from './list-pages.ts';
import type { EcsSender } from './retrying-sender.ts';
import { startedBy } from './started-by.ts';
import { describedTasks } from './task-end.ts';

/** DescribeTasks takes no more. */
const PAGE = 100;

export interface CountTasksOptions {
  readonly sender: EcsSender;
  readonly cluster: string | undefined;
  /** The agent's name. */
  readonly agent: string;
  readonly max: number;
}

/**
 * Counts the agent's live tasks in its cluster: a ListTasks for each hundred tasks of the cluster, and as many
 * DescribeTasks where it matters whose they are. ECS filters `startedBy` by whole values only.
 * @param wanted as long as this many more fit beside all tasks of the cluster, all are counted as the agent's.
 * @returns `max` when there are so many or more, or nobody can say.
 * @throws AwsError
 */
export async function countTasks(
  { sender, cluster, agent, max }: CountTasksOptions,
  wanted: number,
  abortSignal: AbortSignal,
): Promise<number> {
  try {
    const { items: arns, isCut } = await listPages('ListTasks', async (nextToken) => {
      const command = new ListTasksCommand({ cluster, desiredStatus: 'RUNNING', nextToken });
      const page = await sender.send(command, { abortSignal });
      return { items: page.taskArns, nextToken: page.nextToken };
    });
    if (!isCut && arns.length + wanted <= max) return arns.length;
    let own = 0;
    for (let i = 0; i < arns.length && own < max; i += PAGE) {
      const command = new DescribeTasksCommand({ cluster, tasks: arns.slice(i, i + PAGE) });
      const answer = await sender.send(command, { abortSignal });
      checkAnswer('DescribeTasks', describedTasks, answer);
      const { tasks = [] } = answer;
      own += tasks.filter((task) => isOf(agent, task.startedBy)).length;
    }
    return isCut ? max : own;
  } catch (error) {
    throw new AwsError(
      `Could not count the agent's tasks: ${describeError(error)}. ` +
        'Allow ecs:ListTasks and ecs:DescribeTasks to the role of the agent, or unset PREFECT__CLOUD__AGENT__ECS__MAX_TASKS_IN_FLIGHT.',
      { cause: error },
    );
  }
}

function isOf(agent: string, marked: string | undefined): boolean {
  const flowRunId = marked?.split('/').at(-1);
  return flowRunId !== undefined && marked === startedBy(agent, flowRunId);
}
