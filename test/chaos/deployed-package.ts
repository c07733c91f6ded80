import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as z from 'zod/mini';
import { stackOf } from '../support/stack.ts';

const PACKAGED = fileURLToPath(new URL('../../.serverless', import.meta.url));

const lambda = z.object({
  Handler: z.string(),
  MemorySize: z.number(),
  Environment: z.object({ Variables: z.record(z.string(), z.string()) }),
});

/** A function as the template deploys it. */
export interface DeployedFunction {
  readonly name: string;
  readonly handler: string;
  readonly memoryMb: number;
  readonly env: Readonly<Record<string, string>>;
}

/** What `npm run package` made, unpacked as Lambda unpacks it. */
export interface DeployedPackage extends AsyncDisposable {
  /** The folder of the code. */
  readonly taskRoot: string;
  readonly poll: DeployedFunction;
  readonly health: DeployedFunction;
}

/** Unpacks the zip with CMake, which the runtime client needs as well: Node can't. */
export async function unpackPackage(): Promise<DeployedPackage> {
  const file = await readFile(join(PACKAGED, 'cloudformation-template-update-stack.json'), 'utf8');
  const stack = stackOf(JSON.parse(file));
  const taskRoot = await mkdtemp(join(tmpdir(), 'task-root-'));
  const zip = join(PACKAGED, 'serverless-prefect-agent.zip');
  await promisify(execFile)('cmake', ['-E', 'tar', 'xf', zip], { cwd: taskRoot });
  return {
    taskRoot,
    poll: deployed('poll', stack.get('PollLambdaFunction')?.properties),
    health: deployed('health', stack.get('HealthLambdaFunction')?.properties),
    [Symbol.asyncDispose]: () => rm(taskRoot, { recursive: true, force: true }),
  };
}

function deployed(name: string, properties: unknown): DeployedFunction {
  const { Handler: handler, MemorySize: memoryMb, Environment } = lambda.parse(properties);
  // The sandbox has one cluster.
  return {
    name,
    handler,
    memoryMb,
    env: { ...Environment.Variables, PREFECT__CLOUD__AGENT__ECS__CLUSTER: '' },
  };
}
