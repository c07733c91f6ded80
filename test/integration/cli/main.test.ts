import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { httpStandIn } from '../../support/http-stand-in.ts';

const MAIN = join(import.meta.dirname, '../../../src/cli/main.ts');

const ENV = {
  HOME: '/nowhere',
  PREFECT__BACKEND: 'server',
  PREFECT__CLOUD__AGENT__ECS__SUBNETS: 'subnet-0a1b2c3d',
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'example',
};

function agent(argv: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [MAIN, ...argv], { env: { ...ENV, ...env } });
  const ended = async () => {
    const [out, err, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close') as Promise<[number | null]>,
    ]);
    return { out, err, code };
  };
  return { child, ended: ended() };
}

test('the command writes to its streams and ends with its exit code', async () => {
  const { out, err, code } = await agent(['run', '--max-polls', 'x']).ended;
  expect({ out, code }).toEqual({ out: '', code: 2 });
  expect(err).toContain('--max-polls');
});

test('a second signal ends the process at once', async () => {
  // Answers nothing, so that the agent waits for it.
  const api = await httpStandIn(() => undefined);
  const { child, ended } = agent(['run', '--forever'], { PREFECT__CLOUD__API: api.endpoint });
  await expect.poll(() => api.requests(), { timeout: 10_000 }).toBe(1);
  child.kill('SIGINT');
  await once(child.stderr, 'data');
  child.kill('SIGINT');
  const { code, err } = await ended;
  expect(code).toBe(130);
  expect(err).toContain('Stopping');
});
