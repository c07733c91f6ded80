import type { PrefectDocuments } from '../../src/prefect3/documents.ts';
import type { DefinitionInForce } from '../../src/tasks/definition-in-force.ts';
import type { Prefect3FlowRun } from '../../src/prefect3/flow-run.ts';
import { jobConfiguration } from '../../src/prefect3/job-configuration.ts';
import type { TaskRequestSettings } from '../../src/prefect3/task-request-settings.ts';
import { buildTaskRequest, type BuiltRequest } from '../../src/prefect3/task-request.ts';
import type { BaseJobTemplate, WorkPool } from '../../src/prefect3/work-pool.ts';
import type { TaskRequest } from '../../src/tasks/task-request.ts';
import { templates } from '../fixtures/golden/vector3.ts';
import { role, SECRET_ARN } from './task-request.ts';

type Json = Readonly<Record<string, unknown>>;

const genuine = templates.get('default') ?? { job_configuration: {}, variables: {} };

/** What a pool's template has other than the genuine worker's own. */
export interface Changes {
  readonly defaults?: Json;
  readonly configuration?: Json;
  /** Of `task_run_request`. */
  readonly request?: Json;
  /** Of `task_definition`. */
  readonly definition?: Json;
}

export function template({
  defaults = {},
  configuration,
  request,
  definition,
}: Changes = {}): BaseJobTemplate {
  const { job_configuration: own, variables } = genuine;
  const properties = Object.entries(defaults).map(
    ([name, value]) => [name, { ...variables.properties?.[name], default: value }] as const,
  );
  return {
    job_configuration: {
      ...own,
      task_run_request: { ...(own['task_run_request'] as Json), ...request },
      task_definition: { ...(own['task_definition'] as Json), ...definition },
      ...configuration,
    },
    variables: { ...variables, properties: { ...variables.properties, ...Object.fromEntries(properties) } },
  };
}

export const pool = (baseJobTemplate: BaseJobTemplate = template()): WorkPool => ({
  id: 'pool-1',
  name: 'ecs-pool',
  type: 'ecs',
  isPaused: false,
  baseJobTemplate,
});

export const run3 = (jobVariables: Json = {}, change: Partial<Prefect3FlowRun> = {}): Prefect3FlowRun => ({
  id: 'run-1',
  name: 'brave-lynx',
  startTimeMs: 0,
  flow: { id: 'flow-1', name: 'etl' },
  deployment: { id: 'deployment-1', name: 'nightly', updated: undefined, jobVariables: {}, isLimited: false },
  jobVariables,
  stateId: 'state-1',
  infrastructurePid: undefined,
  ...change,
});

export const settings3 = (change: Partial<TaskRequestSettings> = {}): TaskRequestSettings => ({
  api: 'http://prefect.test/api',
  agent: { name: 'golden', envVars: {} },
  ecs: {
    cluster: undefined,
    executionRoleArn: undefined,
    taskRoleArn: undefined,
    plaintextApiKey: false,
    runTaskKwargs: {},
  },
  key: { kind: 'none' },
  keyVariable: 'PREFECT_API_KEY',
  region: 'us-east-1',
  prefectVersion: () => '3.8.8',
  ...change,
});

export const ecs3 = (change: Partial<TaskRequestSettings['ecs']>): Partial<TaskRequestSettings> => ({
  ecs: { ...settings3().ecs, ...change },
});

/** The settings of an agent whose key lives in a secret. */
export const withSecret3 = () => ({
  ...ecs3({ executionRoleArn: role('execution') }),
  key: { kind: 'secret', arn: SECRET_ARN } as const,
});

/** Documents of a table, and what was read of them. */
export class TableOfDocuments implements PrefectDocuments {
  readonly read: string[] = [];
  readonly #blocks: Readonly<Record<string, Json>>;
  readonly #variables: Json;

  /** @param blocks by their id, or by `<type>.<name>` */
  constructor(blocks: Readonly<Record<string, Json>> = {}, variables: Json = {}) {
    this.#blocks = blocks;
    this.#variables = variables;
  }

  blockById(id: string): Promise<Json | undefined> {
    this.read.push(id);
    return Promise.resolve(this.#blocks[id]);
  }

  blockByName(slug: string, name: string): Promise<Json | undefined> {
    this.read.push(`${slug}.${name}`);
    return Promise.resolve(this.#blocks[`${slug}.${name}`]);
  }

  variable(name: string): Promise<unknown> {
    this.read.push(name);
    return Promise.resolve(this.#variables[name]);
  }
}

export const never = new AbortController().signal;

export interface Asked {
  readonly jobVariables?: Json;
  readonly deployment?: Json;
  readonly pool?: WorkPool;
  readonly documents?: PrefectDocuments;
  readonly settings?: Partial<TaskRequestSettings>;
  readonly described?: DefinitionInForce;
}

export async function built(asked: Asked): Promise<BuiltRequest> {
  const run = run3(asked.jobVariables);
  const withDeployment = {
    ...run,
    ...(run.deployment && { deployment: { ...run.deployment, jobVariables: asked.deployment ?? {} } }),
  };
  const documents = asked.documents ?? new TableOfDocuments();
  const job = await jobConfiguration(withDeployment, asked.pool ?? pool(), documents, never);
  return buildTaskRequest(withDeployment, job, settings3(asked.settings), asked.described);
}

export const requested = async (asked: Asked): Promise<TaskRequest> => (await built(asked)).request;

/** The request of a job that names a registered definition. */
export const pinned3 = (
  described: DefinitionInForce,
  settings: Partial<TaskRequestSettings> = {},
  jobVariables: Json = {},
): Promise<TaskRequest> =>
  requested({
    jobVariables: { task_definition_arn: 'etl:4', ...jobVariables },
    settings: { ...withSecret3(), ...settings },
    described,
  });

/** The environment of the flow's container, as the overrides have it. */
export const environmentOf3 = ({ runTask }: TaskRequest, container = 'prefect') =>
  Object.fromEntries(
    (runTask.overrides?.containerOverrides?.find(({ name }) => name === container)?.environment ?? []).map(
      ({ name = '', value }) => [name, value],
    ),
  );
