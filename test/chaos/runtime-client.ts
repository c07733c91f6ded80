import { execFile } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

const NAME = 'aws-lambda-ric';
const VERSION = '4.0.2';
const FOLDER = fileURLToPath(new URL('../../.cache/lambda-runtime', import.meta.url));

/** Compiling it takes about a minute. */
const INSTALL_TIMEOUT_MS = 600_000;

/**
 * The program of AWS's own Lambda runtime client, which is what runs a function on Lambda. It is installed when
 * it is not there; no dependency, for it is compiled, and only this suite needs it.
 */
export async function runtimeClient(): Promise<string> {
  const stampFile = join(FOLDER, 'installed');
  const program = join(FOLDER, 'node_modules', NAME, 'index.mjs');
  const stamp = `${NAME}@${VERSION}`;
  if ((await readFile(stampFile, 'utf8').catch(() => '')) === stamp) return program;
  for (const tool of ['cmake', 'g++']) await expectTool(tool);
  await rm(FOLDER, { recursive: true, force: true });
  await mkdir(FOLDER, { recursive: true });
  const manifest = { private: true, dependencies: { [NAME]: VERSION }, allowScripts: { [NAME]: true } };
  await writeFile(join(FOLDER, 'package.json'), JSON.stringify(manifest));
  process.stdout.write(`Installing and compiling ${stamp} ...\n`);
  await run('npm', ['install', '--loglevel=error'], { cwd: FOLDER, timeout: INSTALL_TIMEOUT_MS });
  await writeFile(stampFile, stamp);
  return program;
}

async function expectTool(tool: string): Promise<void> {
  try {
    await run(tool, ['--version']);
  } catch (cause) {
    throw new Error(
      `Expected ${tool} on the PATH, with which ${NAME} is compiled; found none. Install it, for example with: apt-get install cmake g++`,
      { cause },
    );
  }
}
