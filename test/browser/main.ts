import { spawnSync } from 'node:child_process';
import { describeError } from '../../src/describe-error.ts';
import { findChromium } from './find-chromium.ts';

/** Tests the status page in a headless Chromium. */
try {
  const CHROMIUM = findChromium(process.env.CHROMIUM);
  const argv = ['node_modules/vitest/vitest.mjs', 'run', '--config', 'test/browser/vitest.config.ts'];
  const { status } = spawnSync(process.execPath, argv, {
    stdio: 'inherit',
    env: { ...process.env, CHROMIUM },
  });
  process.exitCode = status ?? 1;
} catch (error) {
  process.stderr.write(`${describeError(error)}\n`);
  process.exitCode = 1;
}
