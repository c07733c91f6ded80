import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NO_ANALYTICS } from './prefect-server.ts';
import { POOL, type PoolWorld } from './pool-world.ts';

export interface GenuineWorker extends AsyncDisposable {
  /** Most memory that it had so far, in bytes; undefined where the system doesn't say. */
  peakMemoryBytes(): Promise<number | undefined>;
}

/** Starts Prefect's own worker of type ECS: `prefect worker start --type ecs`. It must be in the environment. */
export function startGenuineWorker({ programs, directory, awsEnv, server }: PoolWorld): GenuineWorker {
  const child = spawn(join(programs, 'prefect'), ['worker', 'start', '--pool', POOL, '--type', 'ecs'], {
    env: {
      ...awsEnv,
      ...NO_ANALYTICS,
      AWS_DEFAULT_REGION: awsEnv['AWS_REGION'],
      PREFECT_API_URL: server.url,
      PATH: programs,
      HOME: directory,
    },
    stdio: 'ignore',
  });
  const ended = once(child, 'exit');
  return {
    peakMemoryBytes: async () => {
      const status = await readFile(`/proc/${child.pid ?? 'self'}/status`, 'utf8').catch(() => '');
      const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
      return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
    },
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
