import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../../support/free-port.ts';

/** How long the server may take to start, in milliseconds: 11 to 15 s on an empty database. */
const START_TIMEOUT_MS = 120_000;

const MAX_LINES = 40;

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** The genuine `prefect server start`, on 127.0.0.1. */
export interface PrefectServer extends AsyncDisposable {
  /** For PREFECT_API_URL. */
  readonly url: string;
  /** How long it took to answer, in milliseconds. */
  readonly startMs: number;
  /** Every request it has served, as `POST /api/flow_runs/filter 200`, without its query. */
  readonly requests: readonly string[];
}

/** Keeps a Prefect from telling its makers that it is used. */
export const NO_ANALYTICS = { DO_NOT_TRACK: '1', PREFECT_SERVER_ANALYTICS_ENABLED: 'false' };

/**
 * Starts a server with an empty SQLite database.
 * @param programs - where its `prefect` is
 * @param home - a folder for its files
 */
export async function startPrefectServer(programs: string, home: string): Promise<PrefectServer> {
  const startedAt = Date.now();
  const port = await freePort();
  const args = ['server', 'start', '--host', '127.0.0.1', '--port', `${port}`];
  const child = spawn(join(programs, 'prefect'), args, {
    env: {
      ...NO_ANALYTICS,
      PATH: programs,
      HOME: home,
      PREFECT_HOME: home,
      PREFECT_UI_ENABLED: 'false',
      PREFECT_SERVER_UI_ENABLED: 'false',
      // Logs each request.
      PREFECT_LOGGING_SERVER_LEVEL: 'INFO',
      NO_COLOR: '1',
      COLUMNS: '400',
    },
    // A group of its own: Prefect 2 starts a second process.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const requests: string[] = [];
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface(stream).on('line', (line) => {
      const [, method, path, status] = /"(\w+) (\/api\/[^? "]*).*?" \[?(\w+)/.exec(line) ?? [];
      if (method !== undefined) requests.push(`${method} ${path ?? ''} ${status ?? ''}`);
      lines.push(line);
      if (lines.length > MAX_LINES) lines.shift();
    });
  }
  const ended = once(child, 'close');
  const kill = () => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
  };
  // Nobody else ends a group of its own when this process is ended first.
  process.once('exit', kill);
  for (const signal of SIGNALS) process.once(signal, exit);
  const close = async () => {
    process.off('exit', kill);
    for (const signal of SIGNALS) process.off(signal, exit);
    kill();
    await ended;
  };
  const url = `http://127.0.0.1:${port}/api`;
  while (!(await isHealthy(url))) {
    if (child.exitCode === null && Date.now() - startedAt < START_TIMEOUT_MS) {
      await delay(100);
      continue;
    }
    await close();
    throw new Error(`The Prefect server did not start:\n${lines.join('\n')}`);
  }
  return { url, startMs: Date.now() - startedAt, requests, [Symbol.asyncDispose]: close };
}

function exit(): never {
  process.exit(1);
}

async function isHealthy(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/health`)).ok;
  } catch {
    return false;
  }
}
