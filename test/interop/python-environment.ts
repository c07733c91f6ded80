import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The genuine Prefects, each with the versions of Python with which it and its pinned requirements work. */
const PREFECTS = {
  prefect1: { title: 'Prefect 1.4.1', requirements: './prefect1/requirements.txt', python: ['3.10', '3.11'] },
  prefect2: {
    title: 'Prefect 2.20',
    requirements: './prefect3/requirements-2.txt',
    python: ['3.11', '3.12', '3.10'],
  },
  prefect3: {
    title: 'Prefect 3.8.8',
    requirements: './prefect3/requirements.txt',
    python: ['3.11', '3.12', '3.13'],
  },
} as const;

const INSTALL_TIMEOUT_MS = 600_000;

/**
 * The folder of the programs of a Python environment with a genuine Prefect, made when it is not there
 * or when the requirements have changed.
 */
export async function pythonEnvironment(name: keyof typeof PREFECTS): Promise<string> {
  const { title, python: versions, ...prefect } = PREFECTS[name];
  const file = fileURLToPath(new URL(prefect.requirements, import.meta.url));
  const folder = fileURLToPath(new URL(`../../.venv/${name}`, import.meta.url));
  const stamp = createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
  const stampFile = join(folder, 'requirements.sha256');
  const programs = join(folder, 'bin');
  if ((await readFile(stampFile, 'utf8').catch(() => '')) === stamp) return programs;
  await rm(folder, { recursive: true, force: true });
  const python = await findPython(title, versions);
  process.stdout.write(`Installing ${title} with ${python} ...\n`);
  await run(python, ['-m', 'venv', folder], { timeout: INSTALL_TIMEOUT_MS });
  await run(join(programs, 'pip'), ['install', '--quiet', '--requirement', file], {
    timeout: INSTALL_TIMEOUT_MS,
  });
  await writeFile(stampFile, stamp);
  return programs;
}

/** A Python on the PATH, or one of pyenv's, that Prefect works with. */
async function findPython(title: string, versions: readonly string[]): Promise<string> {
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
    `Expected a Python of version ${versions.join(', ')}, which ${title} needs, on the PATH or of pyenv; found none. Install one, for example python${String(versions[0])} with its venv module.`,
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
