import type {
  ContainerDefinition,
  DescribeTasksRequest,
  DescribeTasksResponse,
  ListTasksRequest,
  ListTasksResponse,
  StopTaskRequest,
} from '@aws-sdk/client-ecs';
import type { Account } from './account.ts';
import { EcsError } from './ecs-error.ts';
import type { Task } from './new-task.ts';
import { TaskLife, type TaskLifeOptions } from './task-life.ts';
import type { TaskDefinition } from './task-definitions.ts';

export type TaskListener = (task: Task) => void;

const PAGE = 100;
/** How long a stopped task can still be seen. AWS promises an hour. */
const STOPPED_SEEN_MS = 3_600_000;

/** The tasks of all clusters, in the order in which they were launched. */
export class Tasks {
  readonly #account: Account;
  readonly #options: Omit<TaskLifeOptions, 'onChange'>;
  readonly #lives = new Map<string, TaskLife>();
  readonly #ends = new Set<Promise<void>>();
  readonly #listeners = new Set<TaskListener>();

  constructor(account: Account, options: Omit<TaskLifeOptions, 'onChange'>) {
    this.#account = account;
    this.#options = options;
  }

  /** All tasks ever launched, those that AWS would have forgotten included. */
  all(): readonly Task[] {
    return Array.from(this.#lives.values(), ({ task }) => structuredClone(task));
  }

  output(taskArn: string): string | undefined {
    return this.#lives.get(taskArn)?.output();
  }

  /** Calls `listener` with each task that is launched or changes; it must not throw. @returns what ends that. */
  onChange(listener: TaskListener): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  launch(task: Task, definition: TaskDefinition): void {
    const life = new TaskLife(task, flowContainer(definition), {
      ...this.#options,
      onChange: (changed) => {
        for (const listener of this.#listeners) listener(structuredClone(changed));
      },
    });
    this.#lives.set(task.taskArn, life);
    const end = life.live().finally(() => this.#ends.delete(end));
    this.#ends.add(end);
  }

  list(input: ListTasksRequest): ListTasksResponse {
    const {
      startedBy,
      family,
      desiredStatus = 'RUNNING',
      launchType,
      maxResults = PAGE,
      nextToken = '0',
    } = input;
    const clusterArn = this.#clusterArn(input.cluster);
    if (startedBy !== undefined && (family ?? launchType ?? noTaskOf(input)) !== undefined) {
      refuse('When you specify startedBy as the filter, it must be the only filter that you use.');
    }
    if (maxResults < 1 || maxResults > PAGE)
      refuse(`maxResults must be between 1 and ${PAGE}, got ${maxResults}.`);
    if (!/^\d+$/.test(nextToken)) refuse('Invalid nextToken.');
    const wanted = (life: TaskLife) => {
      const { task } = life;
      return (
        this.#isSeen(life) &&
        task.clusterArn === clusterArn &&
        task.desiredStatus === desiredStatus &&
        noTaskOf(input) === undefined &&
        (startedBy === undefined || task.startedBy === startedBy) &&
        (launchType === undefined || task.launchType === launchType) &&
        (family === undefined || task.taskDefinitionArn.includes(`task-definition/${family}:`))
      );
    };
    // A page ends at a place among all tasks, so that tasks that stop meanwhile move no page.
    const found = [...this.#lives.values()]
      .map((life, place) => ({ life, place }))
      .filter(({ life, place }) => place >= Number(nextToken) && wanted(life));
    const next = found[maxResults];
    return {
      taskArns: found.slice(0, maxResults).map(({ life }) => life.task.taskArn),
      ...(next === undefined ? {} : { nextToken: String(next.place) }),
    };
  }

  describe(input: DescribeTasksRequest): DescribeTasksResponse {
    const { tasks: references = [], include = [] } = input;
    const clusterArn = this.#clusterArn(input.cluster);
    if (references.length === 0) refuse('Tasks cannot be empty.');
    if (references.length > PAGE) refuse(`Tasks can have at most ${PAGE} items, got ${references.length}.`);
    const tasks: Task[] = [];
    const failures = [];
    for (const reference of references) {
      const life = this.#find(clusterArn, reference);
      if (life === undefined) failures.push({ arn: this.#taskArn(clusterArn, reference), reason: 'MISSING' });
      else tasks.push(include.includes('TAGS') ? life.task : { ...life.task, tags: [] });
    }
    return { tasks, failures };
  }

  stop({ cluster, task: reference = '', reason = 'Task stopped by user' }: StopTaskRequest): { task: Task } {
    const life = this.#find(this.#clusterArn(cluster), reference);
    if (life === undefined) refuse('The referenced task was not found.');
    life.stop(reason);
    return { task: life.task };
  }

  /** Ends all tasks at once and waits for their processes. */
  async close(): Promise<void> {
    for (const life of this.#lives.values()) life.kill();
    await Promise.all(this.#ends);
  }

  #clusterArn(cluster: string | undefined): string {
    return this.#account.arn(`cluster/${this.#account.cluster(cluster)}`);
  }

  /** @param reference a task's ID or ARN. */
  #taskArn(clusterArn: string, reference: string): string {
    return reference.includes(':') ? reference : `${clusterArn.replace(':cluster/', ':task/')}/${reference}`;
  }

  #find(clusterArn: string, reference: string): TaskLife | undefined {
    const life = this.#lives.get(this.#taskArn(clusterArn, reference));
    return life?.task.clusterArn === clusterArn && this.#isSeen(life) ? life : undefined;
  }

  #isSeen({ task }: TaskLife): boolean {
    return this.#options.clock.now() < (task.stoppedAt?.getTime() ?? Infinity) + STOPPED_SEEN_MS;
  }
}

/** A filter that no task passes, for the sandbox has neither container instances nor services. */
function noTaskOf({ containerInstance, serviceName, daemonName }: ListTasksRequest): string | undefined {
  return containerInstance ?? serviceName ?? daemonName;
}

/** The container that runs the flow: the one with Prefect's name, else the first essential one. */
function flowContainer({ containerDefinitions }: TaskDefinition): ContainerDefinition {
  const named = containerDefinitions.find(({ name }) => name === 'flow' || name === 'prefect');
  const found = named ?? containerDefinitions.find(({ essential }) => essential !== false);
  if (found === undefined) throw new TypeError('A registered task definition has an essential container.');
  return found;
}

function refuse(message: string): never {
  throw new EcsError('InvalidParameterException', message);
}
