import { cp, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { serverless } from '../../support/serverless-cli.ts';
import { stagesFolder } from '../../support/stages.ts';

const FILE =
  'PREFECT__BACKEND: server\nPREFECT__CLOUD__AGENT__LABELS: a,b\nmemoryMb: 256\nlogRetentionDays: 7\n';

/** What the Serverless Framework makes of this checkout's service where the stage `prod` has this file. */
async function printed(file: string, stage: string, parameters: Readonly<Record<string, string>> = {}) {
  const service = await mkdtemp(join(tmpdir(), 'service-'));
  onTestFinished(() => rm(service, { recursive: true }));
  const isOurs = (path: string) => !resolve(path).startsWith(resolve('infra/stages'));
  for (const name of ['infra', 'serverless.yml'])
    await cp(name, join(service, name), { recursive: true, filter: isOurs });
  for (const name of ['src', 'node_modules', 'package.json'])
    await symlink(resolve(name), join(service, name));
  await cp(await stagesFolder({ prod: file }), join(service, 'infra/stages'), { recursive: true });
  return serverless(['print', '--stage', stage], parameters, {}, service);
}

test('the file of the stage wins over the defaults, and --param over the file', async () => {
  const text = await printed(FILE, 'prod', { logRetentionDays: '14' });
  expect(text).toContain('PREFECT__CLOUD__AGENT__LABELS: a,b\n');
  expect(text).toMatch(/^ {2}memorySize: 256$/m);
  expect(text).toMatch(/^ {2}logRetentionInDays: 14$/m);
  expect(text).toContain('schedule: rate(1 minute)\n');
}, 60_000);

test('another stage has nothing of it', async () => {
  const text = await printed(FILE, 'dev', { PREFECT__BACKEND: 'server' });
  expect(text).not.toContain('a,b');
  expect(text).toMatch(/^ {2}memorySize: 192$/m);
}, 60_000);

test('a file that is wrong is refused without a stack', async () => {
  const error: unknown = await printed(`${FILE}LABEL: sesame\n`, 'prod').catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({
    stdout: expect.stringMatching(/^infra\/stages\/prod\.yml: LABEL: expected a parameter/m) as unknown,
  });
  expect((error as { stdout: string }).stdout).not.toMatch(/sesame|\n +at /);
}, 60_000);
