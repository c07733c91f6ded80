#!/usr/bin/env node
import { fileURLToPath } from 'node:url';
import { systemClock } from '../clock.ts';
import { environment } from '../settings/environment.ts';
import type { SignalName } from './cli-io.ts';
import { confirm } from './confirm.ts';
import { runCli } from './run-cli.ts';
import { runServerless } from './run-serverless.ts';

const STAGES = fileURLToPath(new URL('../../infra/stages', import.meta.url));
const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

// A reader that has seen enough, such as `head`, is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

process.exitCode = await runCli(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  env: environment(),
  clock: systemClock,
  deployer: { stages: STAGES, serverless: runServerless },
  onSignal: (listener: (signal: SignalName) => void) => {
    for (const name of SIGNALS) process.on(name, listener);
    return () => {
      for (const name of SIGNALS) process.off(name, listener);
    };
  },
  ...(process.stdin.isTTY && {
    confirm: (question: string) => confirm(question, process.stdin, process.stderr),
  }),
});

// After a second signal the agent's work is still under way.
if (process.exitCode > 128) process.exit();
