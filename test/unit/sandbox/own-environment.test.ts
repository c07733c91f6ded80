import { expect, test } from 'vitest';
import { ownEnvironment } from '../../../src/sandbox/own-environment.ts';

test.each([
  'PREFECT__BACKEND',
  'PREFECT__CLOUD__AUTH_TOKEN',
  'PREFECT__SERVER__PORT',
  'PREFECT_API_URL',
  'PREFECT_WORK_POOL',
  'PREFECT_API_AUTH_STRING_SECRET',
])('%s points at an API of one’s own, so the sandbox is not meant', (name) => {
  expect(ownEnvironment({ [name]: 'x', HOME: '/home/me' }).pointers).toEqual([name]);
});

test('what is empty, or only says how an agent works, leaves the sandbox', () => {
  const env = { PREFECT_API_URL: '', PREFECT__CLOUD__AGENT__LABELS: 'prod', PREFECT_WORKER_NAME: 'w' };
  expect(ownEnvironment(env)).toEqual({ env, pointers: [] });
});
