import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { stackOf, type Stack } from './stack.ts';

const run = promisify(execFile);

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CLI = join(ROOT, 'node_modules/serverless/bin/serverless.js');

/** Path of the template inside a package. */
export const TEMPLATE = 'cloudformation-template-update-stack.json';

/** Packages the service with these parameters into a folder, as a user does. Rejects with what the framework says. */
export async function packageService(
  folder: string,
  parameters: Readonly<Record<string, string>>,
): Promise<void> {
  const args = Object.entries(parameters).flatMap(([name, value]) => ['--param', `${name}=${value}`]);
  const env = { PATH: process.env.PATH, HOME: folder, SLS_NOTIFICATIONS_MODE: 'off' };
  await run(process.execPath, [CLI, 'package', '--package', folder, ...args], { cwd: ROOT, env });
}

/** The stack that a deployment with these parameters makes. */
export async function packagedStack(parameters: Readonly<Record<string, string>> = {}): Promise<Stack> {
  const folder = await mkdtemp(join(tmpdir(), 'package-'));
  try {
    await packageService(folder, parameters);
    return stackOf(JSON.parse(await readFile(join(folder, TEMPLATE), 'utf8')));
  } finally {
    await rm(folder, { recursive: true });
  }
}
