import type { ContainerDefinition } from '@aws-sdk/client-ecs';
import type { Clock } from '../../clock.ts';
import { describeError } from '../../describe-error.ts';
import { containerToRun } from './container-to-run.ts';
import type { Task } from './new-task.ts';
import type { RunningContainer, TaskRunner } from './run-task-process.ts';

/** Why a task stopped, in ECS's terms. */
export interface TaskEnd {
  readonly stopCode: NonNullable<Task['stopCode']>;
  readonly stoppedReason: string;
}

export interface TaskLifeOptions {
  readonly clock: Clock;
  readonly runner: TaskRunner | undefined;
  /** How long a task is PROVISIONING, in milliseconds. */
  readonly provisioningMs: (task: Task) => number;
  /** How long a task that cannot really run is RUNNING, in milliseconds. */
  readonly playMs: number;
  /** Lets a task fail to start. */
  readonly startFailure: (task: Task) => TaskEnd | undefined;
  /** Must not throw. */
  readonly onChange: (task: Task) => void;
}

/** What ECS gives a container between SIGTERM and SIGKILL, if its definition says nothing else. */
const STOP_TIMEOUT_SECONDS = 30;
/** A container that SIGTERM ended. */
const TERMINATED = 143;

/** One task from PROVISIONING to STOPPED. Its flow container runs if the runner can run it, else it is played. */
export class TaskLife {
  readonly task: Task;
  readonly #flow: ContainerDefinition;
  readonly #options: TaskLifeOptions;
  readonly #stop = new AbortController();
  #container: RunningContainer | undefined;
  #killed = false;

  /** @param flow the definition of the container that the task is about. */
  constructor(task: Task, flow: ContainerDefinition, options: TaskLifeOptions) {
    this.task = task;
    this.#flow = flow;
    this.#options = options;
  }

  output(): string | undefined {
    return this.#container?.output();
  }

  /** Lives the whole life. Never rejects: what goes wrong is the reason why the task stopped. */
  async live(): Promise<void> {
    this.#options.onChange(this.task);
    this.#finish(await this.#untilEnd());
  }

  /** StopTask: SIGTERM now, SIGKILL when the stop time-out is over. */
  stop(reason: string): void {
    if (this.task.desiredStatus === 'STOPPED') return;
    this.#change({
      desiredStatus: 'STOPPED',
      stopCode: 'UserInitiated',
      stoppedReason: reason,
      stoppingAt: this.#now(),
    });
    this.#stop.abort(new Error(reason));
  }

  /** Stops the task without a time-out. */
  kill(): void {
    this.#killed = true;
    this.stop('The sandbox was closed');
    this.#container?.kill('SIGKILL');
  }

  async #untilEnd(): Promise<TaskEnd & { readonly exitCode?: number }> {
    const { clock, provisioningMs, runner, startFailure } = this.#options;
    try {
      await clock.sleep(provisioningMs(this.task), this.#stop.signal);
      this.#change({ lastStatus: 'PENDING' });
      const failure = startFailure(this.task);
      if (failure !== undefined) return failure;
      this.#container = await runner?.(containerToRun(this.task, this.#flow));
      this.#enter('RUNNING', { startedAt: this.#now() });
      const exitCode = await (this.#container === undefined ? this.#play() : this.#run(this.#container));
      return {
        stopCode: 'EssentialContainerExited',
        stoppedReason: 'Essential container in task exited',
        exitCode,
      };
    } catch (error) {
      return {
        stopCode: 'TaskFailedToStart',
        stoppedReason: `CannotStartContainerError: ${describeError(error)}`,
      };
    }
  }

  async #play(): Promise<number> {
    try {
      await this.#options.clock.sleep(this.#options.playMs, this.#stop.signal);
      return 0;
    } catch {
      return TERMINATED;
    }
  }

  async #run(container: RunningContainer): Promise<number> {
    const ended = new AbortController();
    const stopTimeoutMs = (this.#flow.stopTimeout ?? STOP_TIMEOUT_SECONDS) * 1000;
    const terminate = () => {
      container.kill(this.#killed ? 'SIGKILL' : 'SIGTERM');
      this.#options.clock.sleep(stopTimeoutMs, ended.signal).then(
        () => {
          container.kill('SIGKILL');
        },
        () => undefined,
      );
    };
    // The stop may have come while the container was being started.
    if (this.#stop.signal.aborted) terminate();
    else this.#stop.signal.addEventListener('abort', terminate, { signal: ended.signal });
    try {
      return await container.exitCode;
    } finally {
      ended.abort();
    }
  }

  #finish({ exitCode, ...end }: TaskEnd & { readonly exitCode?: number }): void {
    // A stop that was asked for is the reason, whatever followed from it.
    const {
      stopCode = end.stopCode,
      stoppedReason = end.stoppedReason,
      stoppingAt = this.#now(),
    } = this.task;
    this.#change({
      lastStatus: 'DEPROVISIONING',
      desiredStatus: 'STOPPED',
      stopCode,
      stoppedReason,
      stoppingAt,
    });
    for (const container of this.task.containers) {
      if (exitCode !== undefined) container.exitCode = container.name === this.#flow.name ? exitCode : 0;
      else container.reason = stoppedReason;
    }
    this.#enter('STOPPED', { stoppedAt: this.#now() });
  }

  /** Moves the task to a status that its containers and its network interface share. */
  #enter(lastStatus: 'RUNNING' | 'STOPPED', members: Partial<Task>): void {
    for (const container of this.task.containers) container.lastStatus = lastStatus;
    for (const attachment of this.task.attachments) {
      attachment.status = lastStatus === 'RUNNING' ? 'ATTACHED' : 'DELETED';
    }
    this.#change({ ...members, lastStatus });
  }

  #change(members: Partial<Task>): void {
    Object.assign(this.task, members, { version: this.task.version + 1 });
    this.#options.onChange(this.task);
  }

  #now(): Date {
    return new Date(this.#options.clock.now());
  }
}
