import { describe, expect, test, vi } from 'vitest';
import { PrefectApiError } from '../../../src/errors.ts';
import { Secret } from '../../../src/secret.ts';
import { httpStandIn, json } from '../../support/http-stand-in.ts';
import { CLAIMANT, impatientClock, never } from '../../support/prefect1.ts';
import { backend3For, prefect3 } from '../../support/prefect3.ts';

const key = (text: string) => ({ apiKey: () => Promise.resolve(new Secret(text)) });
const query = { labels: [], beforeMs: 0, except: new Set<string>() };

/** What comes of a look when the API answers so. */
async function lookAt(...[answer]: Parameters<typeof httpStandIn>) {
  const { endpoint, requests } = await httpStandIn(answer);
  const clock = impatientClock();
  const { backend, calls } = backend3For(`${endpoint}/api/`, { clock, ...key('pnu_canary') });
  const error: unknown = await backend.look(query, never).catch((thrown: unknown) => thrown);
  return { backend, calls, clock, endpoint, error, requests };
}

/** Something before an API that resets a connection with its second request, once that had its effect. */
async function closesAfterOneAnswer(api: string): Promise<string> {
  const served = new WeakSet<object>();
  const { endpoint } = await httpStandIn((request, response) => {
    void (async () => {
      const headers = { 'content-type': 'application/json' };
      const body = request.method === 'GET' ? {} : { body: JSON.stringify(request.body) };
      const answer = await fetch(api + (request.url ?? ''), {
        method: request.method ?? '',
        headers,
        ...body,
      });
      if (served.has(request.socket)) request.socket.resetAndDestroy();
      else json(response, answer.status, await answer.json());
      served.add(request.socket);
    })();
  });
  return endpoint;
}

describe('the headers', () => {
  test.each([
    ['key', 'Bearer pnu_canary'],
    ['auth-string', `Basic ${Buffer.from('pnu_canary').toString('base64')}`],
  ] as const)('show a %s as %s', async (keyKind, authorization) => {
    const seen: unknown[] = [];
    const { endpoint } = await httpStandIn((request, response) => {
      seen.push(request.headers);
      json(response, 200, []);
    });
    await backend3For(endpoint, { keyKind, ...key('pnu_canary') }).backend.look(query, never);
    expect(seen).toMatchObject([{ authorization, 'x-prefect-api-version': '0.8.4' }]);
  });

  test('do not pretend to be a version of Prefect’s client, which servers treat by its version', async () => {
    const { api, look } = await prefect3();
    await look();
    expect(api.requests.map(({ headers }) => headers['user-agent'])).toEqual(['serverless-prefect-agent']);
  });

  test('let the agent in with the auth string', async () => {
    const { look } = await prefect3(
      { authString: 'admin:pass' },
      { keyKind: 'auth-string', ...key('admin:pass') },
    );
    expect(await look()).toEqual({ runs: [], unreadable: [] });
  });

  test('that are refused make an error that says which setting is wrong', async () => {
    const { look } = await prefect3({ authString: 'admin:pass' }, key('admin:pass'));
    await expect(look()).rejects.toMatchObject({
      message: expect.stringMatching(
        /refused the key: HTTP 401. Unauthorized.*PREFECT_API_AUTH_STRING/,
      ) as string,
      effect: 'none',
      transient: false,
    });
  });
});

describe('a server that wants CSRF tokens', () => {
  test('is asked for one when it says so, and no more', async () => {
    const { api, backend, createRuns, look } = await prefect3({ csrf: true });
    createRuns(2);
    const { runs } = await look();
    const claims = await backend.claim(runs, { agent: 'agent', invocation: '1' }, never);
    expect(claims.map(({ kind }) => kind)).toEqual(['claimed', 'claimed']);
    expect(api.calls['GET /csrf-token']).toBe(1);
  });

  test('is asked once by requests that are refused together', async () => {
    const { api, backend, createRuns } = await prefect3({ csrf: true });
    const launches = createRuns(9).map((flowRunId) => ({ flowRunId, infrastructureId: 'a::b' }));
    await backend.recordLaunches(launches, never);
    expect(api.flowRuns().map((run) => run.infrastructure_pid)).toEqual(launches.map(() => 'a::b'));
    expect(api.calls['GET /csrf-token']).toBe(1);
  });

  test('gets a new one when the token is no longer good', async () => {
    let token = 0;
    const { error, requests } = await lookAt((request, response) => {
      if (request.url?.includes('csrf-token')) json(response, 200, { token: `t${++token}` });
      else if (request.headers['prefect-csrf-token'] === 't1') json(response, 200, []);
      else json(response, 403, { detail: 'Invalid CSRF token or client identifier.' });
    });
    expect(error).toEqual({ runs: [], unreadable: [] });
    expect(requests()).toBe(3);
  });

  test('is not asked for one after it has asked to be left alone', async () => {
    const paths: (string | undefined)[] = [];
    const { endpoint } = await httpStandIn((request, response, sequence) => {
      paths.push(request.url);
      if (sequence === 1) {
        json(response, 429, {}, { 'retry-after': '300' });
        return;
      }
      void vi
        .waitFor(() => {
          expect(backend.notBeforeMs).toBeDefined();
        })
        .then(() => {
          json(response, 403, { detail: 'Missing CSRF token.' });
        });
    });
    const { backend } = backend3For(endpoint);
    const launches = ['one', 'other'].map((flowRunId) => ({ flowRunId, infrastructureId: 'a::b' }));
    await expect(backend.recordLaunches(launches, never)).rejects.toThrow();
    expect(paths.sort()).toEqual(['/flow_runs/one', '/flow_runs/other']);
  });

  test('that refuses a fresh token is given up', async () => {
    const { error } = await lookAt((request, response) => {
      if (request.url?.includes('csrf-token')) json(response, 200, { token: 't' });
      else json(response, 403, { detail: 'Missing CSRF token.' });
    });
    expect(error).toMatchObject({ status: 403, transient: false });
  });
});

test.each([408, 429, 500, 502, 503])('HTTP %i is tried again', async (status) => {
  const { error, requests } = await lookAt((_, response, sequence) => {
    if (sequence < 3) json(response, status, { exception_message: 'Service Unavailable' });
    else json(response, 200, []);
  });
  expect([error, requests()]).toEqual([{ runs: [], unreadable: [] }, 3]);
});

test.each([400, 404, 409, 422])('HTTP %i is not', async (status) => {
  const { error, requests } = await lookAt((_, response) => {
    json(response, status, { detail: 'Invalid limit.' });
  });
  expect(error).toMatchObject({
    status,
    effect: 'none',
    message: expect.stringContaining('Invalid limit.') as string,
  });
  expect(requests()).toBe(1);
});

test('a short Retry-After is waited for, and a long one leaves the API alone from then on', async () => {
  const { clock, requests, backend } = await lookAt((_, response, sequence) => {
    json(response, 429, {}, { 'retry-after': sequence === 1 ? '7' : '300' });
  });
  expect(clock.waitsMs).toEqual([7000]);
  await expect(backend.look(query, never)).rejects.toThrow('asked to be left alone until');
  expect(requests()).toBe(2);
  expect(backend.notBeforeMs).toBeGreaterThan(Date.now() + 290_000);
});

test.each<[string, Parameters<typeof httpStandIn>[0], RegExp]>([
  [
    'a login page',
    (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
    /Expected JSON from http:\/\/127\.0\.0\.1:\d+, got text\/html.*PREFECT_API_URL/,
  ],
  [
    'a redirect',
    (_, response) => response.writeHead(302, { location: 'https://login.test/?next=pnu_canary' }).end(),
    /Expected an answer from http:\/\/127\.0\.0\.1:\d+, was sent on to https:\/\/login\.test\. Set PREFECT_API_URL/,
  ],
  [
    'JSON of another form',
    (_, response) => {
      json(response, 200, { data: 'pnu_canary' });
    },
    /Expected another form of answer from http.*expected a list/,
  ],
  [
    'an error that repeats the key',
    (_, response) => {
      json(response, 422, { exception_message: 'Invalid: pnu_canary', request_body: 'pnu_canary' });
    },
    /HTTP 422\. Invalid: \[secret\]/,
  ],
])('%s is an error that names where it came from, and no key', async (_, answer, message) => {
  const { error } = await lookAt(answer);
  expect(error).toBeInstanceOf(PrefectApiError);
  expect(String(error)).toMatch(message);
  expect(String(error)).not.toContain('canary');
});

test('a key that is good and may not do this is not called refused', async () => {
  const { error } = await lookAt((_, response) => {
    json(response, 403, { detail: 'Missing scope: manage_work_pools.' });
  });
  expect(String(error)).toMatch(/HTTP 403\. Missing scope: manage_work_pools\./);
  expect(String(error)).not.toContain('refused the key');
});

test('a 404 of what stands before the API does not say that a block or a pool is missing', async () => {
  const { endpoint, requests } = await httpStandIn((_, response, sequence) => {
    if (sequence % 2 === 1)
      response.writeHead(404, { 'content-type': 'text/plain' }).end('default backend - 404');
    else json(response, 200, { data: { tag: 1 } });
  });
  const { documents } = backend3For(endpoint).backend;
  expect(await documents.blockByName('docker', 'etl', never)).toEqual({ tag: 1 });
  expect(requests()).toBe(2);
});

test('connections that the server has closed meanwhile cost an attempt, and no claim', async () => {
  const world = await prefect3();
  const closing = await closesAfterOneAnswer(world.api.endpoint);
  const { backend } = backend3For(closing);
  world.createRuns(3);
  const { runs } = await backend.look({ ...query, beforeMs: Date.now() + 1000 }, never);
  const claims = await backend.claim(runs, CLAIMANT, never);
  expect(claims.map(({ kind }) => kind)).toEqual(['claimed', 'claimed', 'claimed']);
  const settlements = runs.map(({ id: flowRunId }) => ({
    ...({ kind: 'put-back', held: 'claimed', reason: 'No room.', startTimeMs: Date.now() } as const),
    flowRunId,
  }));
  const results = await backend.settle(settlements, CLAIMANT, never);
  expect(results.map(({ kind }) => kind)).toEqual(['done', 'done', 'done']);
  for (const { id } of runs) expect(world.statesOf(id)).toEqual(['Scheduled', 'Pending', 'AwaitingRetry']);
});

test('an answer without end is not held', async () => {
  const { error } = await lookAt((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    const chunk = Buffer.alloc(1024 * 1024, ' ');
    const pump = () => {
      while (!response.destroyed && response.write(chunk));
      if (!response.destroyed) response.once('drain', pump);
    };
    pump();
  });
  expect(String(error)).toContain('expected an answer of at most');
});
