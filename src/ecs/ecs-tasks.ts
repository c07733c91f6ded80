import {
  ClusterNotFoundException,
  DescribeTasksCommand,
  ListTasksCommand,
  StopTaskCommand,
  type Task,
} from '@aws-sdk/client-ecs';
import type { FlowRun } from '../agent/flow-run.ts';
import type { LaunchedTask, TaskFinder } from '../agent/launched-task.ts';
import { CallRate } from './call-rate.ts';
import { checkAnswer } from './check-answer.ts';
import type { Clock } from '../clock.ts';
import { listPages } from './list-pages.ts';
import type { EcsSender } from './retrying-sender.ts';
import { flowRunStartedBy, startedBy } from './started-by.ts';
import { describedTasks, readTaskEnd } from './task-end.ts';
import { CLAIM_KEY_TAG } from '../tasks/task-request.ts';

/** Of AWS's 100 at once and 20 a second for the account, so much for one sweep. */
const READ_RATE = { burst: 50, perSecond: 15, isLimit: true };

/** What DescribeTasks takes at once. No run has as many tasks within an hour. */
const MAX_DESCRIBED = 100;

const NOTHING: ReadonlySet<string> = new Set();

export interface EcsTasksOptions<Run extends FlowRun> {
  /** The agent's name. */
  readonly agent: string;
  readonly client: EcsSender;
  readonly clock: Clock;
  /** The cluster in which the run's tasks are; undefined: the default one. */
  readonly clusterOf: (run: Run, signal: AbortSignal) => Promise<string | undefined>;
  /** What the run itself chose of its task. A throw counts as nothing. */
  readonly chosenByRun: (run: Run, signal: AbortSignal) => Promise<ReadonlySet<string>>;
}

/** Names a task of any agent, as an event does. */
export interface TaskReference {
  readonly clusterArn: string;
  readonly taskArn: string;
}

/** Whose task has stopped, and when its containers began to run, in milliseconds since the epoch; undefined: never. */
export interface StoppedRun {
  readonly flowRunId: string;
  readonly startedMs: number | undefined;
}

/** The tasks that this agent has started, as ECS knows them. All methods throw what the SDK throws. */
export class EcsTasks<Run extends FlowRun> implements TaskFinder<Run> {
  readonly #options: EcsTasksOptions<Run>;
  readonly #rate: CallRate;

  constructor(options: EcsTasksOptions<Run>) {
    this.#options = options;
    this.#rate = new CallRate(options.clock, READ_RATE);
  }

  /** One request where a task of the run is wanted to run; else two or three. */
  async find(run: Run, known: readonly string[], signal: AbortSignal): Promise<readonly LaunchedTask[]> {
    const living = await this.#list(run, 'RUNNING', signal);
    if (living.length > 0) return living.map((id) => ({ id, claimKey: undefined, end: undefined }));
    // Wanted to stop, which it may not have done yet.
    const arns = new Set([...(await this.#list(run, 'STOPPED', signal)), ...known]);
    if (arns.size === 0) return [];
    const cluster = await this.#options.clusterOf(run, signal);
    const tasks = await this.#describe(cluster, [...arns].slice(-MAX_DESCRIBED), signal);
    const startFailed = tasks.some(({ stopCode }) => stopCode === 'TaskFailedToStart');
    const chosen = startFailed ? await this.#chosenByRun(run, signal) : NOTHING;
    return tasks.map((task) => ({
      id: task.taskArn ?? '',
      claimKey: task.tags?.find(({ key }) => key === CLAIM_KEY_TAG)?.value,
      end: readTaskEnd(task, chosen),
    }));
  }

  /** Whether a task of the run is wanted to run. One request. */
  async isLive(run: Run, signal: AbortSignal): Promise<boolean> {
    return (await this.#list(run, 'RUNNING', signal)).length > 0;
  }

  async stop(run: Run, task: string, reason: string, abortSignal: AbortSignal): Promise<void> {
    await this.#rate.turn(abortSignal);
    const cluster = await this.#options.clusterOf(run, abortSignal);
    const command = new StopTaskCommand({ cluster, task, reason });
    await this.#options.client.send(command, { abortSignal });
  }

  /** The flow run whose task this is; undefined: it has not stopped, is gone, or is not this agent's. */
  async stoppedRun(
    { clusterArn, taskArn }: TaskReference,
    signal: AbortSignal,
  ): Promise<StoppedRun | undefined> {
    const [task] = await this.#describe(clusterArn, [taskArn], signal);
    if (task?.lastStatus !== 'STOPPED') return undefined;
    const flowRunId = flowRunStartedBy(this.#options.agent, task.startedBy);
    return flowRunId === undefined ? undefined : { flowRunId, startedMs: task.startedAt?.getTime() };
  }

  async #list(
    run: Run,
    desiredStatus: 'RUNNING' | 'STOPPED',
    abortSignal: AbortSignal,
  ): Promise<readonly string[]> {
    const { agent, client, clusterOf } = this.#options;
    const cluster = await clusterOf(run, abortSignal);
    const list = async (nextToken: string | undefined) => {
      await this.#rate.turn(abortSignal);
      const filter = { cluster, startedBy: startedBy(agent, run.id), desiredStatus, nextToken };
      const page = await client.send(new ListTasksCommand(filter), { abortSignal });
      return { items: page.taskArns, nextToken: page.nextToken };
    };
    try {
      return (await listPages('ListTasks', list)).items;
    } catch (error) {
      // A run may name a cluster that never was: it has no tasks, and RunTask says what is wrong with it.
      if (error instanceof ClusterNotFoundException) return [];
      throw error;
    }
  }

  async #describe(
    cluster: string | undefined,
    tasks: string[],
    abortSignal: AbortSignal,
  ): Promise<readonly Task[]> {
    await this.#rate.turn(abortSignal);
    const command = new DescribeTasksCommand({ cluster, tasks, include: ['TAGS'] });
    const answer = await this.#options.client.send(command, { abortSignal });
    checkAnswer('DescribeTasks', describedTasks, answer);
    return answer.tasks ?? [];
  }

  async #chosenByRun(run: Run, signal: AbortSignal): Promise<ReadonlySet<string>> {
    try {
      return await this.#options.chosenByRun(run, signal);
    } catch {
      return NOTHING;
    }
  }
}
