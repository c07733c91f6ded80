import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { access, constants, stat } from 'node:fs/promises';
import { constants as os } from 'node:os';
import { delimiter, isAbsolute, join } from 'node:path';

/** A container as it is to be run: the task definition with the task's overrides applied. */
export interface ContainerToRun {
  readonly taskArn: string;
  readonly name: string;
  /** Entry point and command. */
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

export interface RunningContainer {
  /** Resolves when it has ended; 128 and the signal's number when a signal ended it. */
  readonly exitCode: Promise<number>;
  /** The end of what it wrote, stdout and stderr as they came: 64 Ki characters at most. */
  output(): string;
  kill(signal: 'SIGTERM' | 'SIGKILL'): void;
}

/**
 * Runs a container; undefined: it cannot be run here.
 * A rejection says why it could not be started; the task then ends with `TaskFailedToStart`.
 */
export type TaskRunner = (container: ContainerToRun) => Promise<RunningContainer | undefined>;

export interface TaskProcessOptions {
  /** The variables that each process gets beside its container's. Programs are found on this PATH. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly onOutput?: (container: ContainerToRun, text: string) => void;
}

const MAX_OUTPUT = 64 * 1024;

/**
 * A runner that starts each container's command as a process of this machine. The image plays no part:
 * a container whose program is not found here cannot be run.
 */
export function runTaskProcess(options: TaskProcessOptions): TaskRunner {
  return async (container) => {
    const [program, ...args] = container.command;
    const path = program === undefined ? undefined : await findProgram(program, options.env['PATH'] ?? '');
    if (path === undefined) return undefined;
    const env = { ...options.env, ...container.environment };
    // A process group of its own, so that a signal reaches what the command starts, as in a container.
    const child = spawn(path, args, {
      env,
      cwd: options.cwd,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output = (output + text).slice(-MAX_OUTPUT);
        options.onOutput?.(container, text);
      });
    }
    await once(child, 'spawn');
    const { pid } = child;
    // Signalling "group 0" would signal this process's own.
    if (pid === undefined) throw new Error(`${path} was started and has no process id.`);
    // What the command left running ends with it, as in a container; it would hold the output open too.
    child.once('exit', () => {
      signalGroup(pid, 'SIGKILL');
    });
    return {
      exitCode: exitOf(child),
      output: () => output,
      kill: (signal) => {
        signalGroup(pid, signal);
      },
    };
  };
}

async function exitOf(child: ChildProcess): Promise<number> {
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  return code ?? 128 + (signal === null ? 0 : os.signals[signal]);
}

function signalGroup(leader: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(-leader, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

async function findProgram(program: string, path: string): Promise<string | undefined> {
  const candidates = isAbsolute(program)
    ? [program]
    : path
        .split(delimiter)
        .filter(isAbsolute)
        .map((folder) => join(folder, program));
  for (const candidate of candidates) {
    if (await isExecutable(candidate)) return candidate;
  }
  return undefined;
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
