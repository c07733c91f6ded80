import { describe, expect, test } from 'vitest';
import { newPrefect3 } from './new-prefect3.ts';

const basic = { authorization: `Basic ${Buffer.from('admin:pass').toString('base64')}` };

describe('an API that asks for a password', () => {
  test.each<[string, string, Record<string, string>, number]>([
    ['GET', '/work_pools/ecs-pool', {}, 401],
    ['GET', '/work_pools/ecs-pool', { authorization: 'Bearer key' }, 401],
    ['GET', '/work_pools/ecs-pool', basic, 200],
    ['GET', '/admin/version', {}, 401],
    ['GET', '/csrf-token?client=me', {}, 401],
  ])('%s %s with %o: %i', async (method, path, headers, status) => {
    const { request } = newPrefect3({ authString: 'admin:pass' });
    const answer = await request(method, path, undefined, headers);
    expect(answer.status).toBe(status);
    if (status === 401) expect(answer.body).toEqual({ exception_message: 'Unauthorized' });
  });
});

describe('an API that protects itself from cross-site requests', () => {
  const start = () => newPrefect3({ csrf: true });
  const filter = '/flow_runs/filter';

  test('lets changes in with a token, again and again', async () => {
    const { request } = start();
    const { body } = await request('GET', '/csrf-token?client=me');
    const { token } = body as { token: string };
    const headers = { 'prefect-csrf-client': 'me', 'prefect-csrf-token': token };
    expect((await request('POST', filter, {}, headers)).status).toBe(200);
    expect((await request('POST', filter, {}, headers)).status).toBe(200);
    expect((await request('GET', '/work_pools/ecs-pool')).status).toBe(200);
  });

  test('lets no change in with a token of an hour ago', async () => {
    const { request, pass } = start();
    const { body } = await request('GET', '/csrf-token?client=me');
    const { token } = body as { token: string };
    pass(3_600_000);
    const headers = { 'prefect-csrf-client': 'me', 'prefect-csrf-token': token };
    expect((await request('POST', filter, {}, headers)).status).toBe(403);
  });

  test.each<[string, Record<string, string>, string]>([
    ['no token', {}, 'Missing CSRF token.'],
    ['no client', { 'prefect-csrf-token': 'x' }, 'Missing client identifier.'],
    [
      'another token',
      { 'prefect-csrf-token': 'x', 'prefect-csrf-client': 'me' },
      'Invalid CSRF token or client identifier.',
    ],
  ])('refuses a change with %s', async (_, headers, detail) => {
    expect(await start().request('POST', filter, {}, headers)).toEqual({ status: 403, body: { detail } });
  });
});

test.each<[string, number]>([
  ['0.7.9', 400],
  ['0.8.0', 200],
  ['0.8.4', 200],
])('a client of API version %s: %i', async (version, status) => {
  const { request } = newPrefect3();
  const headers = { 'x-prefect-api-version': version };
  expect((await request('GET', '/admin/version', undefined, headers)).status).toBe(status);
});

test.each<[string, string, number]>([
  ['GET', '/nothing', 404],
  ['POST', '/admin/version', 405],
  ['POST', '/deployments', 307],
  ['POST', '/work_pools/ecs-pool/queues/', 307],
  ['GET', '/flow_runs/5c1e0000-0000-4000-8000-000000000001', 404],
])('%s %s: %i', async (method, path, status) => {
  expect((await newPrefect3().request(method, path, {})).status).toBe(status);
});

describe('what a request must look like', () => {
  test.each<[string, string, unknown, object]>([
    [
      'a state without a type',
      '/flow_runs/bulk_set_state',
      { state: {} },
      { type: 'missing', loc: ['body', 'state', 'type'] },
    ],
    ['an unknown filter', '/flow_runs/filter', { flow_runs: { nope: 1 } }, { type: 'extra_forbidden' }],
    [
      'an unknown log member',
      '/logs/',
      [{ name: 'x', level: 20, message: 'm', timestamp: '2026-11-23', nope: 1 }],
      { type: 'extra_forbidden', loc: ['body', 0, 'nope'] },
    ],
  ])('%s is refused', async (_, path, body, detail) => {
    expect(await newPrefect3().request('POST', path, body)).toMatchObject({
      status: 422,
      body: {
        exception_message: 'Invalid request received.',
        exception_detail: [detail],
        request_body: body,
      },
    });
  });

  test('a body that is no JSON is refused', async () => {
    const reply = await newPrefect3().api.answer({
      method: 'POST',
      url: '/api/logs/',
      headers: {},
      body: '{',
    });
    expect(reply).toMatchObject({ status: 422 });
  });
});

describe('the documents of an API', () => {
  const data = { region_name: 'eu-west-1', aws_secret_access_key: 'canary' };

  test.each<[string, string]>([
    ['', '********'],
    ['?include_secrets=true', 'canary'],
  ])('are read with%s their secrets', async (query, secret) => {
    const { api, request } = newPrefect3();
    const slug = 'aws-credentials';
    const { id } = api.createBlock({ slug, name: 'prod', data, secrets: ['aws_secret_access_key'] });
    const shown = {
      status: 200,
      body: { id, name: 'prod', data: { ...data, aws_secret_access_key: secret } },
    };
    expect(await request('GET', `/block_documents/${id}${query}`)).toMatchObject(shown);
    const byName = `/block_types/slug/${slug}/block_documents/name/prod${query}`;
    expect(await request('GET', byName)).toMatchObject(shown);
  });

  test('are variables of any form too', async () => {
    const { api, request } = newPrefect3();
    api.setVariable('sizes', { a: [1] });
    expect(await request('GET', '/variables/name/sizes')).toMatchObject({ body: { value: { a: [1] } } });
    expect(await request('GET', '/variables/name/none')).toMatchObject({ status: 404 });
  });
});

test('a fault takes the place of an answer, and requests are counted and kept', async () => {
  const { api, run, request } = newPrefect3({
    faults: ({ operation, sequence }) =>
      operation === 'POST /flow_runs/{id}/set_state' && sequence === 1
        ? { kind: 'error', type: 'ServiceUnavailable', message: 'Service Unavailable', when: 'before' }
        : undefined,
  });
  const path = `/flow_runs/${run()}/set_state`;
  const busy = await request('POST', path, { state: { type: 'PENDING' } });
  expect(busy).toEqual({ status: 503, body: { exception_message: 'Service Unavailable' } });
  expect((await request('POST', path, { state: { type: 'PENDING' } })).status).toBe(201);
  expect(api.calls).toEqual({ 'POST /flow_runs/{id}/set_state': 2 });
  expect(api.requests[1]).toMatchObject({ method: 'POST', path, body: { state: { type: 'PENDING' } } });
});

test('a worker that stays silent for three of its intervals makes the pool not ready', async () => {
  const { request, pass } = newPrefect3();
  const status = async () =>
    ((await request('GET', '/work_pools/ecs-pool')).body as { status: string }).status;
  expect(await status()).toBe('NOT_READY');
  await request('POST', '/work_pools/ecs-pool/workers/heartbeat', {
    name: 'a',
    heartbeat_interval_seconds: 60,
  });
  expect(await status()).toBe('READY');
  pass(180_000);
  expect(await status()).toBe('NOT_READY');
});

test('a path that cannot be read is an error of the server', async () => {
  expect(await newPrefect3().request('GET', '/work_pools/%E0%A4%A')).toMatchObject({ status: 500 });
});
