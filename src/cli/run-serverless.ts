import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Deployer } from './cli-io.ts';

const PROGRAM = fileURLToPath(import.meta.resolve('serverless/bin/serverless.js'));
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The Serverless Framework of this checkout, in a process of its own. */
export const runServerless: Deployer['serverless'] = async (args, stop) => {
  // What it says is no result of ours.
  const child = spawn(process.execPath, [PROGRAM, ...args], { cwd: ROOT, stdio: ['inherit', 2, 2] });
  const end = () => child.kill('SIGINT');
  stop.addEventListener('abort', end);
  try {
    return await new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => {
        resolve(code ?? 1);
      });
    });
  } finally {
    stop.removeEventListener('abort', end);
  }
};
