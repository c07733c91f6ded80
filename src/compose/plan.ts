import { tooLate } from '../agent/too-late.ts';
import { familyOf } from '../ecs/definition-family.ts';
import { FlowRunError } from '../errors.ts';
import type { Clock } from '../clock.ts';
import type { CreatedAgent } from './create-agent.ts';
import type { RunTasks } from '../tasks/run-tasks.ts';
import type { TaskDefinitionSource, TaskRequest } from '../tasks/task-request.ts';

/** What a poll would do with one due flow run. */
export type PlannedRun = {
  readonly flowRunId: string;
  readonly name: string;
  /** ISO 8601. */
  readonly startTime: string;
} & (
  | {
      readonly action: 'launch';
      /** The family it would be registered or found under, or the ARN that the run asks for. */
      readonly taskDefinition: string;
      /** What people choose of a definition that it would be registered with. Absent: it is registered. */
      readonly definition?: PlannedDefinition;
      /** The arguments of RunTask, without the values of environment variables that users set. */
      readonly runTask: TaskRequest['runTask'];
    }
  /** `cancel`: it is too late, and such runs are cancelled. */
  | { readonly action: 'fail' | 'cancel'; readonly reason: string }
);

/** Absent: the definition names none. */
interface PlannedDefinition {
  /** In the order of the containers. */
  readonly images: readonly string[];
  readonly executionRoleArn?: string;
  readonly taskRoleArn?: string;
}

/** The due runs and what a poll would do with each. Claims nothing, starts nothing, registers nothing. */
export async function plan(
  { agent, backend, launching }: Pick<CreatedAgent, 'agent' | 'backend' | 'launching'>,
  clock: Clock,
  signal: AbortSignal,
): Promise<readonly PlannedRun[]> {
  const nowMs = clock.now();
  const query = { labels: agent.labels, beforeMs: nowMs + agent.leadMs, except: new Set<string>() };
  await backend.inspect?.(signal);
  const { runs, unreadable } = await backend.look(query, signal);
  const { runTasks } = await launching();
  const planned: PlannedRun[] = [];
  for (const run of runs) {
    const { id: flowRunId, name } = run;
    const about = { flowRunId, name, startTime: new Date(run.startTimeMs).toISOString() };
    const [late] = tooLate(run, agent.limits, nowMs);
    if (late !== undefined) {
      planned.push({ ...about, action: agent.limits.lateRuns ?? 'fail', reason: late.reason });
      continue;
    }
    try {
      const { taskDefinition, runTask } = await runTasks.taskRequest(run, signal);
      planned.push({
        ...about,
        action: 'launch',
        ...shown(taskDefinition),
        runTask: withoutUsersValues(runTask, runTasks),
      });
    } catch (error) {
      if (!(error instanceof FlowRunError)) throw error;
      planned.push({ ...about, action: 'fail', reason: error.message });
    }
  }
  const failing = unreadable.map(({ id, reason }): PlannedRun => {
    return { flowRunId: id, name: '', startTime: '', action: 'fail', reason };
  });
  return [...planned, ...failing];
}

function shown(
  source: TaskDefinitionSource,
): Pick<Extract<PlannedRun, { action: 'launch' }>, 'taskDefinition' | 'definition'> {
  if (source.kind === 'arn') return { taskDefinition: source.arn };
  const { containerDefinitions = [], executionRoleArn, taskRoleArn } = source.content;
  return {
    taskDefinition: familyOf(source.content),
    definition: {
      images: containerDefinitions.flatMap(({ image }) => image ?? []),
      ...(executionRoleArn !== undefined && { executionRoleArn }),
      ...(taskRoleArn !== undefined && { taskRoleArn }),
    },
  };
}

/** A secret may stand in any variable of the users: only the agent's own harmless ones are shown. */
function withoutUsersValues(
  runTask: TaskRequest['runTask'],
  runTasks: Pick<RunTasks<never>, 'isHarmless'>,
): TaskRequest['runTask'] {
  const { overrides } = runTask;
  const containerOverrides = overrides?.containerOverrides?.map((container) => ({
    ...container,
    environment: container.environment?.map(({ name = '', value }) => {
      const isShown = !value || runTasks.isHarmless(container.name, name);
      return { name, value: isShown ? value : '[not shown]' };
    }),
  }));
  return { ...runTask, overrides: { ...overrides, containerOverrides } };
}
