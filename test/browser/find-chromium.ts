import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const PATHS = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/**
 * The path of a Chromium: that of the variable CHROMIUM, one at the usual places, or Debian's, which is installed where
 * this process may. @throws Error that says what to do
 */
export function findChromium(named: string | undefined): string {
  if (named !== undefined && named !== '') {
    if (existsSync(named)) return named;
    throw new Error(`CHROMIUM names ${named}, which is not there.`);
  }
  return installed() ?? install();
}

function installed(): string | undefined {
  return PATHS.find((path) => existsSync(path));
}

function install(): string {
  const isRoot = process.getuid?.() === 0;
  const hasApt = spawnSync('apt-get', ['--version']).status === 0;
  if (!isRoot || !hasApt) {
    throw new Error(
      'The browser test needs Chromium, and there is none. Install it (Debian: sudo apt-get install chromium), or name one in CHROMIUM.',
    );
  }
  process.stdout.write('There is no Chromium: installing the one of this system...\n');
  execFileSync('apt-get', ['update'], { stdio: 'ignore' });
  execFileSync('apt-get', ['install', '-y', '--no-install-recommends', 'chromium'], { stdio: 'ignore' });
  const path = installed();
  if (path === undefined) throw new Error('Chromium was installed, and is at none of the usual places.');
  return path;
}
