import { ensureContainer, mergeByName, type NamedEntry, readContainers } from './containers.ts';
import { FlowRunError } from '../errors.ts';
import { largestPart } from './largest-part.ts';
import type { TaskDefinitionContent, TaskRequest } from './task-request.ts';

/** ECS's limit for `overrides` as JSON, in characters. */
const MAX_OVERRIDES_LENGTH = 8192;

/** ECS's limit for a task definition as JSON, in bytes. */
const MAX_DEFINITION_BYTES = 65_536;

/** What makes a container the flow's. */
export interface FlowContainer {
  /** The name of the container that runs the flow. */
  readonly name: string;
  /**
   * Variables that stay with the run: what differs from run to run would make a definition of each, and a key
   * or a secret would stay readable in a definition long after its task is gone.
   */
  readonly perRun: ReadonlySet<string>;
}

type Fitted = Pick<TaskRequest, 'taskDefinition' | 'runTask'>;

/**
 * The request within ECS's limits. Overrides that are too long move the environment that is the same for
 * every run into the definition, if that is the agent's to make.
 * @throws FlowRunError when it does not fit even then.
 */
export function fitRequest(request: Fitted, container: FlowContainer): Fitted {
  const fits = lengthOf(request.runTask.overrides) <= MAX_OVERRIDES_LENGTH;
  const fitted = fits ? request : withEnvironmentMoved(request, container);
  refuseTooLong(fitted);
  return fitted;
}

function withEnvironmentMoved({ taskDefinition, runTask }: Fitted, { name, perRun }: FlowContainer): Fitted {
  if (taskDefinition.kind === 'arn') return { taskDefinition, runTask };
  const containerOverrides = readContainers(runTask.overrides?.containerOverrides, 'containerOverrides');
  const override = ensureContainer(containerOverrides, name);
  const environment = mergeByName([], override.environment, 'environment');
  override.environment = environment.filter((entry) => perRun.has(entry.name));
  const moved = environment.filter((entry) => !perRun.has(entry.name));
  return {
    taskDefinition: { kind: 'content', content: withEnvironment(taskDefinition.content, name, moved) },
    runTask: {
      ...runTask,
      overrides: { ...runTask.overrides, containerOverrides } as typeof runTask.overrides,
    },
  };
}

/** What is moved wins over the definition's own, as it did in the overrides. */
function withEnvironment(
  content: TaskDefinitionContent,
  name: string,
  moved: readonly NamedEntry[],
): TaskDefinitionContent {
  const containerDefinitions = readContainers(content.containerDefinitions, 'containerDefinitions');
  const container = ensureContainer(containerDefinitions, name);
  container.environment = mergeByName(moved, container.environment, 'environment');
  return { ...content, containerDefinitions } as TaskDefinitionContent;
}

function refuseTooLong({ taskDefinition, runTask }: Fitted): void {
  const length = lengthOf(runTask.overrides);
  if (length > MAX_OVERRIDES_LENGTH) {
    const remedy = taskDefinition.kind === 'arn' ? ', or give the variables in the task definition' : '';
    throw new FlowRunError(
      `ECS takes at most ${MAX_OVERRIDES_LENGTH} characters of overrides, got ${length}. ` +
        `The largest part is ${largestPart(runTask.overrides ?? {}, 'containerOverrides')}. Make it shorter${remedy}.`,
    );
  }
  if (taskDefinition.kind === 'arn') return;
  const bytes = Buffer.byteLength(JSON.stringify(taskDefinition.content));
  if (bytes > MAX_DEFINITION_BYTES) {
    throw new FlowRunError(
      `ECS takes task definitions of at most ${MAX_DEFINITION_BYTES} bytes, got ${bytes}. ` +
        `The largest part is ${largestPart(taskDefinition.content, 'containerDefinitions')}. Make it shorter.`,
    );
  }
}

function lengthOf(value: unknown): number {
  return JSON.stringify(value ?? {}).length;
}
