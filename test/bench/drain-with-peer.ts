import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { prefectEnvironment } from '../interop/prefect-environment.ts';
import type { AgentCost, QueueToDrain } from './drain-queue.ts';

/** How long the agent may take, and how long to start, in milliseconds. */
const PATIENCE_MS = 600_000;

/** Empties a queue with Prefect 1.4.1's own ECS agent. It lives already when the runs are created. */
export async function drainWithPeer({ sandbox, enqueue, isDrained }: QueueToDrain): Promise<AgentCost> {
  const programs = await prefectEnvironment('prefect1');
  const home = await mkdtemp(join(tmpdir(), 'peer-'));
  await using cleanup = { [Symbol.asyncDispose]: () => rm(home, { recursive: true, force: true }) };
  // Without a network the agent would ask EC2 for the default VPC.
  const network = { awsvpcConfiguration: { subnets: ['subnet-0a1b2c3d'] } };
  const kwargs = join(home, 'run-task-kwargs.yaml');
  await writeFile(kwargs, JSON.stringify({ networkConfiguration: network }));
  const agent = spawn(
    join(programs, 'prefect'),
    ['agent', 'ecs', 'start', '--launch-type', 'FARGATE', '--run-task-kwargs', kwargs],
    { env: { ...sandbox.functionEnv, AWS_DEFAULT_REGION: 'us-east-1', HOME: home }, stdio: 'ignore' },
  );
  const ended = once(agent, 'exit');
  const deadlineMs = Date.now() + PATIENCE_MS;
  const until = async (holds: () => boolean) => {
    while (!holds()) {
      if (agent.exitCode !== null)
        throw new Error(`The agent of Prefect 1.4.1 ended with ${agent.exitCode}.`);
      if (Date.now() > deadlineMs) return;
      await delay(50);
    }
  };
  await until(() => sandbox.prefect1.calls['get_runs_in_queue'] !== undefined);
  enqueue();
  await until(isDrained);
  const peakMemoryBytes = await peakMemoryOf(agent.pid);
  agent.kill();
  await ended;
  return { peakMemoryBytes, cpuMs: undefined, invocations: undefined };
}

/** Most memory that a process had; undefined where the system doesn't say. */
async function peakMemoryOf(pid: number | undefined): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid ?? 'self'}/status`, 'utf8').catch(() => '');
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
}
