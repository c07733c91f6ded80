import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { flowCommand } from '../../../src/prefect1/flow-command.ts';

/** How late a command may start, in milliseconds: a step of its wait, and a few processes on a busy machine. */
const TOLERANCE_MS = 500;

/** Those of this machine that a container may have as /bin/sh. */
const SHELLS = ['/bin/sh', 'dash', 'bash --posix', 'busybox sh'].filter((shell) => {
  const [program = '', ...args] = shell.split(' ');
  try {
    execFileSync(program, [...args, '-c', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
});

let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'flow-command-'));
  await programs('prefect', { prefect: 'echo "prefect $*"; exit 7' });
});

afterAll(() => rm(root, { recursive: true, force: true }));

/** Writes programs into a folder for a container's PATH. */
async function programs(folder: string, scripts: Readonly<Record<string, string>>): Promise<string> {
  const path = join(root, folder);
  await mkdir(path);
  for (const [name, script] of Object.entries(scripts)) {
    await writeFile(join(path, name), `#!/bin/sh\n${script}\n`);
    await chmod(join(path, name), 0o755);
  }
  return path;
}

/** The command of a run that is launched a while before its start time. */
const waiting = (startTimeMs: number): string[] =>
  flowCommand('1.4.1', { startTimeMs, nowMs: startTimeMs - 60_000 });

function container(shell: string, [, ...args]: readonly string[], path: readonly string[] = []) {
  const [program = '', ...options] = shell.split(' ');
  const PATH = [...path, join(root, 'prefect'), process.env['PATH']].join(delimiter);
  const child = spawn(program, [...options, ...args], { env: { PATH }, stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = async () => {
    let output = '';
    let wroteMs = Infinity;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      wroteMs = Math.min(wroteMs, Date.now());
      output += text;
    });
    const [exitCode] = (await once(child, 'close')) as [number | null];
    return { exitCode, output, wroteMs };
  };
  return { ended: ended(), terminate: () => child.kill('SIGTERM') };
}

const EXECUTED = { exitCode: 7, output: 'prefect execute flow-run\n' };
const TERMINATED = { exitCode: 143, output: '' };

describe.concurrent.each(SHELLS)('in %s', (shell) => {
  test('a run starts at the second of its start time, not before', async () => {
    const startTimeMs = Date.now() + 1700;
    const { wroteMs, ...ended } = await container(shell, waiting(startTimeMs)).ended;
    expect(ended).toEqual(EXECUTED);
    const lateMs = wroteMs - Math.ceil(startTimeMs / 1000) * 1000;
    expect(lateMs).toBeGreaterThanOrEqual(0);
    expect(lateMs).toBeLessThan(TOLERANCE_MS);
  });

  test('a run whose container comes up after the start time starts at once', async () => {
    const spawnedMs = Date.now();
    const { wroteMs, ...ended } = await container(shell, waiting(spawnedMs - 1000)).ended;
    expect(ended).toEqual(EXECUTED);
    expect(wroteMs - spawnedMs).toBeLessThan(TOLERANCE_MS);
  });

  test.each([
    ['long before the start time', 60_000, 300],
    ['in the last second', 1900, 1400],
  ])('SIGTERM %s ends it at once, and nothing is executed', async (_, aheadMs, afterMs) => {
    // A tenth into a second, so that it is known when the last one begins.
    await delay(1100 - (Date.now() % 1000));
    const { ended, terminate } = container(shell, waiting(Date.now() + aheadMs));
    await delay(afterMs);
    const terminatedMs = Date.now();
    terminate();
    expect(await ended).toMatchObject(TERMINATED);
    expect(Date.now() - terminatedMs).toBeLessThan(TOLERANCE_MS);
  });
});

test.concurrent(
  'where sleep takes no fractions, a run starts within a second of its start time',
  async () => {
    const path = await programs('no-fractions', {
      sleep: 'case $1 in *.*) exit 1;; esac; PATH=${PATH#*:} exec sleep "$1"',
    });
    const startTimeMs = Date.now() + 700;
    const { wroteMs, ...ended } = await container('/bin/sh', waiting(startTimeMs), [path]).ended;
    expect(ended).toEqual(EXECUTED);
    const lateMs = wroteMs - Math.ceil(startTimeMs / 1000) * 1000;
    expect(lateMs).toBeGreaterThanOrEqual(0);
    expect(lateMs).toBeLessThan(1000 + TOLERANCE_MS);
  },
);

test.concurrent(
  'a clock that is far behind makes a container wait for five minutes, not for ever',
  async () => {
    const path = await programs('clock-behind', { date: 'echo 0', sleep: `echo "$1" >>"${root}/slept"` });
    expect(await container('/bin/sh', waiting(Date.now()), [path]).ended).toMatchObject(EXECUTED);
    const slept = execFileSync('sort', ['-rn', join(root, 'slept')], { encoding: 'utf8' })
      .trim()
      .split('\n');
    expect(slept).toEqual(['299', ...Array<string>(50).fill('0.1')]);
  },
);
