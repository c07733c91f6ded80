import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

const VENVS = fileURLToPath(new URL('../../.venv', import.meta.url));

const INSTALL_TIMEOUT_MS = 600_000;

interface Environment {
  /** Its folder in .venv. */
  readonly name: string;
  /** The file with the pinned requirements. */
  readonly requirements: URL;
  /** The versions of Python with which they work, the best first. */
  readonly versions: readonly string[];
}

/**
 * The folder of the programs of a Python environment with pinned requirements, made when it is not there or when they
 * have changed.
 */
export async function pythonEnvironment({ name, requirements: url, versions }: Environment): Promise<string> {
  const file = fileURLToPath(url);
  const folder = join(VENVS, name);
  const stamp = createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
  const stampFile = join(folder, 'requirements.sha256');
  const programs = join(folder, 'bin');
  if ((await readFile(stampFile, 'utf8').catch(() => '')) === stamp) return programs;
  await rm(folder, { recursive: true, force: true });
  const python = await findPython(versions);
  process.stdout.write(`Installing what ${name} needs with ${python} ...\n`);
  await run(python, ['-m', 'venv', folder], { timeout: INSTALL_TIMEOUT_MS });
  await run(join(programs, 'pip'), ['install', '--quiet', '--requirement', file], {
    timeout: INSTALL_TIMEOUT_MS,
  });
  await writeFile(stampFile, stamp);
  return programs;
}

/** A Python on the PATH, or one of pyenv's, of one of these versions. */
async function findPython(versions: readonly string[]): Promise<string> {
  const pyenv = join(process.env.PYENV_ROOT ?? join(homedir(), '.pyenv'), 'versions');
  const installed = await readdir(pyenv).catch(() => []);
  for (const version of versions) {
    const ofPyenv = installed
      .filter((name) => name.startsWith(`${version}.`))
      .map((name) => join(pyenv, name, 'bin', 'python'));
    for (const candidate of [`python${version}`, 'python3', ...ofPyenv]) {
      if (await isVersion(candidate, version)) return candidate;
    }
  }
  throw new Error(
    `Expected a Python of version ${versions.join(', ')} on the PATH or of pyenv, found none. Install one, for example python3.11 with its venv module.`,
  );
}

async function isVersion(python: string, version: string): Promise<boolean> {
  try {
    // A Python without its venv module can't make an environment.
    const { stdout } = await run(python, [
      '-c',
      'import ensurepip, sys; print("%d.%d" % sys.version_info[:2])',
    ]);
    return stdout.trim() === version;
  } catch {
    return false;
  }
}
