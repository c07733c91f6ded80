import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CLI = join(ROOT, 'node_modules/serverless/bin/serverless.js');

const TIMEOUT_MS = 300_000;

export type DeployParameters = Readonly<Record<string, string>>;

/** Runs a command of the Serverless Framework as a user does. Answers what it prints; rejects with what it says. */
export async function serverless(
  args: readonly string[],
  parameters: DeployParameters,
  env: Readonly<Record<string, string>> = {},
  cwd = ROOT,
): Promise<string> {
  const given = Object.entries(parameters).flatMap(([name, value]) => ['--param', `${name}=${value}`]);
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [CLI, ...args, ...given], {
    cwd,
    env: { PATH: dirname(process.execPath), SLS_NOTIFICATIONS_MODE: 'off', ...env },
    timeout: TIMEOUT_MS,
  });
  return stdout + stderr;
}
