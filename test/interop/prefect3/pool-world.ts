import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as z from 'zod/mini';
import type { PoolSetup } from '../../../src/cli/setup-pool-text.ts';
import { systemClock } from '../../../src/clock.ts';
import { SANDBOX_CREDENTIALS, startDynamo } from '../../../src/sandbox/dynamodb.ts';
import { type EcsSandbox, startEcs } from '../../../src/sandbox/ecs/ecs-server.ts';
import { runTaskProcess } from '../../../src/sandbox/ecs/run-task-process.ts';
import { prefectEnvironment } from '../prefect-environment.ts';
import { PrefectApi } from './prefect-api.ts';
import { NO_ANALYTICS, type PrefectServer, startPrefectServer } from './prefect-server.ts';

const run = promisify(execFile);

const CLI = fileURLToPath(new URL('../../../src/cli/main.ts', import.meta.url));
const FLOWS = fileURLToPath(new URL('./flows.py', import.meta.url));
const DEPLOY = fileURLToPath(new URL('./deploy.py', import.meta.url));

export const POOL = 'interop';

export interface PoolWorldOptions {
  readonly prefect: 'prefect2' | 'prefect3';
  /** Whether the containers' commands are executed; their tasks are played when not. */
  readonly execute: boolean;
}

/** A genuine Prefect server, an embedded ECS and a folder with real flows. */
export interface PoolWorld extends AsyncDisposable {
  /** Where the genuine programs are. */
  readonly programs: string;
  readonly server: PrefectServer;
  readonly api: PrefectApi;
  readonly ecs: EcsSandbox;
  /** Where the flows run. */
  readonly directory: string;
  /** What every program that talks to AWS gets: the embedded services. */
  readonly awsEnv: Readonly<Record<string, string>>;
  /** What points the agent at all of this. */
  readonly agentEnv: Readonly<Record<string, string>>;
  /** `agent setup-pool`. @returns what it did */
  readonly setUpPool: (...flags: readonly string[]) => Promise<PoolSetup>;
  /** Deploys the flows to the pool. @returns the deployments' ids by name */
  readonly deploy: () => Promise<Deployments>;
}

export type Deployments = ReturnType<typeof deploymentsSchema.parse>;

const deploymentsSchema = z.object({
  mapped: z.string(),
  retried: z.string(),
  failing: z.string(),
  traced: z.string(),
  scheduled: z.string(),
  'one at a time': z.optional(z.string()),
});

export async function startPoolWorld({ prefect, execute }: PoolWorldOptions): Promise<PoolWorld> {
  const programs = await prefectEnvironment(prefect);
  await using stack = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), 'pool-'));
  stack.defer(() => rm(directory, { recursive: true, force: true }));
  await mkdir(join(directory, 'traces'));
  await copyFile(FLOWS, join(directory, 'flows.py'));
  const server = stack.use(await startPrefectServer(programs, join(directory, '.prefect')));
  // Beside the variables of its container a process has only what an image gives it.
  const imageEnv = { PATH: programs, HOME: directory, ...NO_ANALYTICS };
  const runner = execute
    ? runTaskProcess({ env: imageEnv, cwd: directory, onOutput: () => undefined })
    : undefined;
  const ecs = stack.use(await startEcs({ clock: systemClock, runner }));
  const dynamo = stack.use(await startDynamo());
  const awsEnv = {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: SANDBOX_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: SANDBOX_CREDENTIALS.secretAccessKey,
    AWS_ENDPOINT_URL_ECS: ecs.endpoint,
    AWS_ENDPOINT_URL_DYNAMODB: dynamo.endpoint,
    // Whatever else is asked of AWS finds nobody.
    AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  const agentEnv = {
    ...awsEnv,
    PREFECT_API_URL: server.url,
    PREFECT_WORK_POOL: POOL,
    PREFECT__CLOUD__AGENT__CONTROL_TABLE: dynamo.table,
    PREFECT__CLOUD__AGENT__ECS__CLUSTER: 'default',
    PREFECT__CLOUD__AGENT__ECS__SUBNETS: 'subnet-0a1b2c3d',
  };
  const toEnd = stack.move();
  return {
    programs,
    server,
    api: new PrefectApi(server.url),
    ecs,
    directory,
    awsEnv,
    agentEnv,
    setUpPool: async (...flags) => {
      const args = [CLI, 'setup-pool', '--json', ...flags];
      const { stdout } = await run(process.execPath, args, { env: { HOME: directory, ...agentEnv } });
      return JSON.parse(stdout) as PoolSetup;
    },
    deploy: async () => {
      const env = { ...imageEnv, PREFECT_API_URL: server.url };
      await run(join(programs, 'python'), [DEPLOY, POOL, 'prefecthq/prefect:3-latest'], {
        cwd: directory,
        env,
      });
      return deploymentsSchema.parse(JSON.parse(await readFile(join(directory, 'deployments.json'), 'utf8')));
    },
    [Symbol.asyncDispose]: () => toEnd.disposeAsync(),
  };
}
