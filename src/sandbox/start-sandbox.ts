import { dirname, delimiter } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Clock, systemClock } from '../clock.ts';
import type { Generation } from '../settings/generation.ts';
import { type DynamoSandbox, SANDBOX_CREDENTIALS, startDynamo } from './dynamodb.ts';
import { type EcsOptions, type EcsSandbox, startEcs } from './ecs/ecs-server.ts';
import { runTaskProcess, type TaskProcessOptions } from './ecs/run-task-process.ts';
import type { FaultPlan } from './faults.ts';
import { type Prefect1Sandbox, startPrefect1 } from './prefect1/prefect1-server.ts';
import { type Prefect3Sandbox, startPrefect3 } from './prefect3/prefect3-server.ts';

export interface SandboxOptions {
  /** Which Prefect the function is pointed at; all are there. @default 1 */
  readonly generation?: Generation;
  /** Folders in which the programs of containers are looked for, first of all. @default this machine's PATH, and a stand-in for `prefect` */
  readonly path?: readonly string[];
  /** Whether tasks are executed as processes; their states are played when not. @default true */
  readonly execute?: boolean;
  /** Beside PATH and the containers' own: environment of the tasks' processes. @default {} */
  readonly taskEnv?: Readonly<Record<string, string>>;
  /** Called with what the tasks' processes write, as it comes. */
  readonly onOutput?: TaskProcessOptions['onOutput'];
  /** What goes wrong with which request to Prefect and ECS. @default nothing */
  readonly faults?: FaultPlan;
  /** How ECS behaves, see there. */
  readonly ecs?: Pick<EcsOptions, 'provisioningMs' | 'playMs' | 'throttle'>;
  /** What Prefect and ECS go by. @default the system's clock */
  readonly clock?: Clock;
}

/** Everything that the agent talks to, on 127.0.0.1. */
export interface Sandbox extends AsyncDisposable {
  readonly prefect1: Prefect1Sandbox;
  /** It has the work pool `ecs-pool`, without a template. */
  readonly prefect3: Prefect3Sandbox;
  readonly ecs: EcsSandbox;
  readonly dynamo: DynamoSandbox;
  /** The environment that points a function at this sandbox. */
  readonly functionEnv: Readonly<Record<string, string>>;
}

/** Where the stand-in for `prefect execute flow-run` and `prefect flow-run execute` is, for machines without Python. */
const STAND_IN = fileURLToPath(new URL('./bin', import.meta.url));

/** Starts embedded Prefect APIs, ECS and DynamoDB: an instrument for tests and demonstrations. */
export async function startSandbox({
  generation = 1,
  path = [],
  execute = true,
  taskEnv = {},
  onOutput = () => undefined,
  faults = () => undefined,
  ecs: behaviour = {},
  clock = systemClock,
}: SandboxOptions = {}): Promise<Sandbox> {
  const prefect1 = await startPrefect1({ clock, faults });
  const prefect3 = await startPrefect3({ clock, faults });
  const { name: workPool } = prefect3.createWorkPool();
  const pointers: Readonly<Record<Generation, Record<string, string>>> = {
    1: { PREFECT__BACKEND: 'server', PREFECT__CLOUD__API: prefect1.endpoint },
    3: { PREFECT_API_URL: prefect3.endpoint, PREFECT_WORK_POOL: workPool },
  };
  const searched = [...path, STAND_IN, dirname(process.execPath), process.env.PATH ?? ''];
  const env = { ...taskEnv, PATH: searched.join(delimiter) };
  const runner = execute ? runTaskProcess({ env, cwd: process.cwd(), onOutput }) : undefined;
  const ecs = await startEcs({ clock, faults, runner, ...behaviour });
  const dynamo = await startDynamo();
  return {
    prefect1,
    prefect3,
    ecs,
    dynamo,
    functionEnv: {
      ...pointers[generation],
      ...functionEnv(ecs, dynamo),
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all([prefect1.close(), prefect3.close(), ecs.close(), dynamo.close()]);
    },
  };
}

function functionEnv(ecs: EcsSandbox, dynamo: DynamoSandbox): Record<string, string> {
  return {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: SANDBOX_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: SANDBOX_CREDENTIALS.secretAccessKey,
    AWS_ENDPOINT_URL_ECS: ecs.endpoint,
    AWS_ENDPOINT_URL_DYNAMODB: dynamo.endpoint,
    PREFECT__CLOUD__AGENT__CONTROL_TABLE: dynamo.table,
    PREFECT__CLOUD__AGENT__ECS__SUBNETS: 'subnet-0a1b2c3d',
  };
}
