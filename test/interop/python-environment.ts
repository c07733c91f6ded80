import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

const REQUIREMENTS = fileURLToPath(new URL('./requirements.txt', import.meta.url));
const FOLDER = fileURLToPath(new URL('../../.venv/interop', import.meta.url));

/** The versions of Python with which Prefect 1.4.1 and the pinned requirements work. */
const VERSIONS = ['3.10', '3.11'];

const INSTALL_TIMEOUT_MS = 300_000;

/**
 * The folder of the programs of a Python environment with the genuine Prefect 1.4.1, made when it is not there
 * or when the requirements have changed.
 */
export async function pythonEnvironment(): Promise<string> {
  const requirements = await readFile(REQUIREMENTS, 'utf8');
  const stamp = createHash('sha256').update(requirements).digest('hex');
  const stampFile = join(FOLDER, 'requirements.sha256');
  const programs = join(FOLDER, 'bin');
  if ((await readFile(stampFile, 'utf8').catch(() => '')) === stamp) return programs;
  await rm(FOLDER, { recursive: true, force: true });
  const python = await findPython();
  process.stdout.write(`Installing Prefect 1.4.1 with ${python} ...\n`);
  await run(python, ['-m', 'venv', FOLDER], { timeout: INSTALL_TIMEOUT_MS });
  await run(join(programs, 'pip'), ['install', '--quiet', '--requirement', REQUIREMENTS], {
    timeout: INSTALL_TIMEOUT_MS,
  });
  await writeFile(stampFile, stamp);
  return programs;
}

/** A Python on the PATH, or one of pyenv's, that Prefect works with. */
async function findPython(): Promise<string> {
  const pyenv = join(process.env.PYENV_ROOT ?? join(homedir(), '.pyenv'), 'versions');
  const installed = await readdir(pyenv).catch(() => []);
  for (const version of VERSIONS) {
    const ofPyenv = installed
      .filter((name) => name.startsWith(`${version}.`))
      .map((name) => join(pyenv, name, 'bin', 'python'));
    for (const candidate of [`python${version}`, 'python3', ...ofPyenv]) {
      if (await isVersion(candidate, version)) return candidate;
    }
  }
  throw new Error(
    `Expected a Python of version ${VERSIONS.join(', ')}, which Prefect 1.4.1 needs, on the PATH or of pyenv; found none. Install one, for example python3.10 with its venv module.`,
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
