import type {
  Compatibility,
  ContainerDefinition,
  DeleteTaskDefinitionsRequest,
  DescribeTaskDefinitionRequest,
  RegisterTaskDefinitionRequest,
  Tag,
  TagResourceRequest,
  TaskDefinition as AwsTaskDefinition,
} from '@aws-sdk/client-ecs';
import type { Clock } from '../../clock.ts';
import type { Account } from './account.ts';
import { checkTags } from './check-tags.ts';
import { checkTaskDefinition } from './check-task-definition.ts';
import { EcsError } from './ecs-error.ts';
import { cpuUnits, memoryMib } from './fargate-size.ts';

/** A registered task definition: what AWS answers, with the members that are always there. */
export interface TaskDefinition extends AwsTaskDefinition {
  readonly taskDefinitionArn: string;
  readonly family: string;
  readonly revision: number;
  readonly containerDefinitions: ContainerDefinition[];
  status: 'ACTIVE' | 'INACTIVE' | 'DELETE_IN_PROGRESS';
}

export interface TaggedTaskDefinition {
  readonly taskDefinition: TaskDefinition;
  readonly tags: readonly Tag[];
}

/** The task definitions of the account, in memory. */
export class TaskDefinitions {
  readonly #account: Account;
  readonly #clock: Clock;
  readonly #byArn = new Map<string, TaggedTaskDefinition>();
  readonly #revisions = new Map<string, number>();

  constructor(account: Account, clock: Clock) {
    this.#account = account;
    this.#clock = clock;
  }

  all(): readonly TaskDefinition[] {
    return Array.from(this.#byArn.values(), ({ taskDefinition }) => taskDefinition);
  }

  /** @throws EcsError when AWS would not register it. */
  register(input: RegisterTaskDefinitionRequest): TaggedTaskDefinition {
    checkTaskDefinition(input);
    const { tags = [], family = '', ...content } = input;
    const revision = (this.#revisions.get(family) ?? 0) + 1;
    const taskDefinitionArn = this.#account.arn(`task-definition/${family}:${revision}`);
    const registered: TaggedTaskDefinition = {
      tags,
      taskDefinition: {
        ...completed(content),
        taskDefinitionArn,
        family,
        revision,
        status: 'ACTIVE',
        registeredAt: new Date(this.#clock.now()),
      },
    };
    this.#revisions.set(family, revision);
    this.#byArn.set(taskDefinitionArn, registered);
    return registered;
  }

  describe({ taskDefinition = '', include = [] }: DescribeTaskDefinitionRequest): TaggedTaskDefinition {
    const found = this.#find(taskDefinition);
    if (found === undefined) throw new EcsError('ClientException', 'Unable to describe task definition.');
    return include.includes('TAGS') ? found : { ...found, tags: [] };
  }

  /** @returns the definition for RunTask, which refuses an unknown or inactive one in words of its own. */
  runnable(reference: string): TaggedTaskDefinition {
    const found = this.#find(reference);
    if (found === undefined) throw new EcsError('InvalidParameterException', 'TaskDefinition not found.');
    if (found.taskDefinition.status !== 'ACTIVE') {
      throw new EcsError('InvalidParameterException', 'TaskDefinition is inactive');
    }
    return found;
  }

  /** @param reference `family:revision` or an ARN. */
  deregister(reference: string): { taskDefinition: TaskDefinition } {
    const found = reference.includes(':') ? this.#find(reference) : undefined;
    if (found === undefined) {
      throw new EcsError(
        'ClientException',
        'The specified task definition does not exist; give its revision too.',
      );
    }
    found.taskDefinition.status = 'INACTIVE';
    return { taskDefinition: found.taskDefinition };
  }

  /** What is deleted stays DELETE_IN_PROGRESS: the sandbox is closed before AWS would have removed it. */
  delete({ taskDefinitions = [] }: DeleteTaskDefinitionsRequest) {
    if (taskDefinitions.length < 1 || taskDefinitions.length > 10) {
      throw new EcsError('InvalidParameterException', 'Expected 1 to 10 task definitions.');
    }
    const deleted: TaskDefinition[] = [];
    const failures = [];
    for (const reference of taskDefinitions) {
      const { taskDefinition } = (reference.includes(':') && this.#find(reference)) || {};
      if (taskDefinition === undefined || taskDefinition.status === 'ACTIVE') {
        failures.push({ arn: reference, reason: 'The specified task definition is not inactive.' });
      } else {
        taskDefinition.status = 'DELETE_IN_PROGRESS';
        deleted.push(taskDefinition);
      }
    }
    return { taskDefinitions: deleted, failures };
  }

  /** Tags a task definition, the only kind of resource whose tags can be changed here. */
  tag({ resourceArn = '', tags: added = [] }: TagResourceRequest): object {
    const found = this.#byArn.get(resourceArn);
    if (found === undefined) {
      throw new EcsError('InvalidParameterException', 'The specified resource is not a task definition.');
    }
    if (found.taskDefinition.status !== 'ACTIVE') {
      throw new EcsError(
        'InvalidParameterException',
        'The specified task definition is inactive. Specify an active task definition and try again.',
      );
    }
    checkTags(added);
    const tags = [...new Map([...found.tags, ...added].map((tag) => [tag.key, tag])).values()];
    checkTags(tags);
    this.#byArn.set(resourceArn, { ...found, tags });
    return {};
  }

  /** @param reference a family (its latest active revision), `family:revision` or an ARN. */
  #find(reference: string): TaggedTaskDefinition | undefined {
    const name = this.#account.resource(reference).replace(/^task-definition\//, '');
    if (name.includes(':')) return this.#byArn.get(this.#account.arn(`task-definition/${name}`));
    return [...this.#byArn.values()].findLast(
      ({ taskDefinition }) => taskDefinition.family === name && taskDefinition.status === 'ACTIVE',
    );
  }
}

/** The content with the defaults that AWS adds, in the form in which AWS reads it back. */
function completed(content: Omit<RegisterTaskDefinitionRequest, 'family' | 'tags'>) {
  const {
    containerDefinitions = [],
    cpu,
    memory,
    enableFaultInjection,
    requiresCompatibilities,
    ...rest
  } = content;
  return {
    volumes: [],
    placementConstraints: [],
    requiresAttributes: [],
    ...rest,
    ...(cpu === undefined ? {} : { cpu: cpuUnits(cpu) }),
    ...(memory === undefined ? {} : { memory: memoryMib(memory) }),
    ...(requiresCompatibilities === undefined ? {} : { requiresCompatibilities }),
    compatibilities: [...new Set<Compatibility>(['EC2', ...(requiresCompatibilities ?? [])])],
    enableFaultInjection: enableFaultInjection ?? false,
    containerDefinitions: containerDefinitions.map(completedContainer),
  };
}

function completedContainer(container: ContainerDefinition): ContainerDefinition {
  const environment = [...(container.environment ?? [])];
  return {
    cpu: 0,
    essential: true,
    portMappings: [],
    mountPoints: [],
    volumesFrom: [],
    systemControls: [],
    ...container,
    environment: environment.sort((a, b) => ((a.name ?? '') < (b.name ?? '') ? -1 : 1)),
  };
}
