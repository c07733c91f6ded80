import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import * as yaml from 'yaml';
import { FlowRunError } from '../../../src/errors.ts';
import { flowCommand } from '../../../src/prefect1/flow-command.ts';
import { flowImage } from '../../../src/prefect1/flow-image.ts';
import { readFlowRun } from '../../../src/prefect1/flow-run.ts';
import { mergeRunTaskKwargs } from '../../../src/prefect1/run-task-kwargs.ts';
import { buildTaskRequest, type TaskRequestSettings } from '../../../src/prefect1/task-request.ts';
import { Secret } from '../../../src/secret.ts';
import type { EcsSettings } from '../../../src/settings/settings.ts';
import type { TaskRequest } from '../../../src/task-request.ts';
import { diff, same } from '../../fixtures/golden/compare.mjs';
import type { Vector } from '../../fixtures/golden/vector.ts';

const vectors = readFileSync('test/fixtures/golden/open.jsonl', 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Vector);

/** Doubtful behaviours of the genuine agent that are not copied; docs/differences.md says why. */
const NOT_COPIED = new Set([
  'flow-container-without-image',
  'null-cpu-becomes-None',
  'compatibility-mismatch',
  'bad-compatibility',
  'launchType-and-strategy',
  'fargate-without-network',
  'client-side-validation',
  'accidental-error',
]);

/** What happens before or after a task request is built, and is tested where it happens. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'backend-005': 'a server without tenants fails the start',
  'run-config-edited-009': 'labels are the server’s business: null ones are not read',
  'storage-017': 'the flow process reads the storage: only Docker’s image matters here',
  'lifecycle-030': 'a Submitted run is not launched again',
  'lifecycle-032': 'a Running run without due task runs is not launched again',
  'lifecycle-044': 'a lost claim is not launched',
  'lifecycle-045': 'a lost claim is not launched',
  'lifecycle-046': 'a lost claim is not launched',
};

const optional = <T>(value: T | null | undefined): T | undefined => value ?? undefined;

function ecsSettings({ agent, aws }: Vector): TaskRequestSettings['ecs'] {
  const kwargs = agent.run_task_kwargs ?? {};
  const hasStrategy =
    Array.isArray(kwargs['capacityProviderStrategy']) && kwargs['capacityProviderStrategy'].length > 0;
  const given = agent.launch_type?.toUpperCase() as EcsSettings['launchType'];
  const launchType = given ?? (hasStrategy ? undefined : 'FARGATE');
  // The network of the default VPC, as the genuine agent finds it when it starts.
  const inferred = {
    networkConfiguration: {
      awsvpcConfiguration: {
        subnets: aws.subnets.map(({ SubnetId }) => SubnetId),
        assignPublicIp: 'ENABLED',
      },
    },
  };
  return {
    cluster: optional(agent.cluster),
    launchType,
    taskRoleArn: optional(agent.task_role_arn),
    executionRoleArn: optional(agent.execution_role_arn),
    taskDefinition: optional(agent.task_definition),
    plaintextApiKey: true,
    runTaskKwargs:
      launchType === 'FARGATE' && !kwargs['networkConfiguration'] ? { ...kwargs, ...inferred } : kwargs,
  };
}

function settingsOf(vector: Vector): TaskRequestSettings {
  const { agent } = vector;
  const { config } = agent;
  const envVars =
    agent.env_vars && Object.keys(agent.env_vars).length > 0 ? agent.env_vars : config.agent_env_vars;
  return {
    prefect: { backend: agent.backend, api: config.api },
    agent: {
      labels: agent.labels ?? config.agent_labels ?? [],
      envVars: envVars ?? {},
      noCloudLogs: agent.no_cloud_logs ?? config.send_flow_run_logs === false,
    },
    ecs: ecsSettings(vector),
    flowLogLevel: config.logging_level ?? 'INFO',
    key: config.api_key ? { kind: 'value', value: new Secret(config.api_key) } : { kind: 'none' },
    tenantId: () => config.tenant_id ?? '77777777-1111-4111-8111-777777777777',
    // The genuine agent has waited for the start time by then.
    clock: { now: () => Infinity },
  };
}

/** The request for a vector, or undefined when the run is failed. @throws anything but a fault of the run */
function request(vector: Vector): TaskRequest | undefined {
  const { flow_run: row, files, aws } = vector;
  const read = readFlowRun({ version: 1, ...row, task_runs: row.task_runs ?? [] }, 0);
  if (read === undefined || 'unreadable' in read) return undefined;
  const { task_definition_path: path, task_definition_arn: arn } = row.run_config ?? {};
  try {
    return buildTaskRequest(read.run, settingsOf(vector), {
      template: path == null ? undefined : document(files[path]),
      described: arn == null ? undefined : aws.task_definitions?.[arn],
    });
  } catch (error) {
    if (error instanceof FlowRunError) return undefined;
    throw error;
  }
}

function document(text: string | undefined): Record<string, unknown> {
  const parsed: unknown = text === undefined ? undefined : yaml.parse(text);
  if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return { ...parsed };
  throw new FlowRunError('no such document');
}

function differences(vector: Vector): string[] {
  const built = request(vector);
  if (built === undefined) return diff(vector, null, null);
  const { taskDefinition: source, runTask } = built;
  const refused = source.kind === 'content' && vector.aws.errors?.['RegisterTaskDefinition'] !== undefined;
  if (refused) return diff(vector, null, null);
  return source.kind === 'arn'
    ? diff(vector, null, { ...runTask, taskDefinition: source.arn })
    : diff(
        vector,
        { ...source.content, family: 'prefect-hash' },
        { ...runTask, taskDefinition: 'prefect-hash' },
      );
}

const launches = vectors.filter(
  ({ kind, id }) => ['deploy', 'lifecycle'].includes(kind) && !(id in ELSEWHERE),
);
const copied = launches.filter(({ quirks = [] }) => !quirks.some((quirk) => NOT_COPIED.has(quirk)));
const corrected = launches.filter((vector) => !copied.includes(vector));

describe('the task that the genuine ECS agent starts', () => {
  test.each(copied.map((vector) => [vector.id, vector.note, vector] as const))('%s: %s', (_, __, vector) => {
    expect(differences(vector)).toEqual([]);
  });
});

describe('where the genuine agent is in doubt, the run is launched or failed, and nothing else', () => {
  test.each(corrected.map((vector) => [vector.id, vector.note, vector] as const))(
    '%s: %s',
    (_, __, vector) => {
      expect(() => request(vector)).not.toThrow();
    },
  );
});

const ofKind = (kind: string) =>
  vectors.filter((vector) => vector.kind === kind).map((vector) => [vector.id, vector.note, vector] as const);

const outcome = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    if (error instanceof FlowRunError) return null;
    throw error;
  }
};

test.each(ofKind('command'))('the command of %s: %s', (_, __, { flow_run: { flow }, expect: { result } }) => {
  expect(flowCommand(flow.core_version ?? null, { startTimeMs: 0, nowMs: 0 })[2]).toBe(result);
});

test.each(ofKind('image'))('the image of %s: %s', (_, __, { flow_run: row, input, expect: { result } }) => {
  const { id, name, storage, core_version: coreVersion = null } = row.flow;
  const flow = { id, name, version: 1, storage, coreVersion };
  expect(outcome(() => flowImage(flow, row.run_config?.image, optional(input?.default)))).toBe(result);
});

test.each(ofKind('merge'))(
  'the merged arguments of %s: %s',
  (_, __, { input, expect: { result, error } }) => {
    const merged = outcome(() => mergeRunTaskKwargs(input?.opts1 ?? {}, input?.opts2 ?? {}));
    // Python stumbles over a null list; here it counts as absent.
    if (error?.type !== 'TypeError') expect(same(merged, result)).toBe(true);
  },
);
