import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { PrefectApiError } from '../../../src/errors.ts';
import { Secret } from '../../../src/secret.ts';
import { freePort } from '../../support/free-port.ts';
import { httpStandIn, json } from '../../support/http-stand-in.ts';
import {
  backendFor,
  CLAIMANT,
  cloud,
  IDENTITY,
  impatientClock,
  KEY,
  never,
  prefect1,
} from '../../support/prefect1.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const QUERY = { labels: [], beforeMs: 0, except: new Set<string>() };

const QUEUE_EMPTY = { data: { get_runs_in_queue: { flow_run_ids: [] } } };

const TENANT_ID = '77777777-1111-4111-8111-777777777777';

const thrownBy = async (work: Promise<unknown>): Promise<PrefectApiError> => {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(PrefectApiError);
  return error as PrefectApiError;
};

const look = (endpoint: string, options: Parameters<typeof backendFor>[1] = {}) =>
  backendFor(endpoint, { tenantId: TENANT_ID, ...options }).backend.look(QUERY, never);

describe('a request', () => {
  test('is a POST to the API’s own path, with the query and its variables (conformance 1)', async () => {
    const paths: unknown[] = [];
    const { endpoint } = await httpStandIn((request, response) => {
      paths.push([request.method, request.url, request.headers['content-type']]);
      json(response, 200, QUEUE_EMPTY);
    });
    await look(endpoint);
    expect(paths).toEqual([['POST', '/', 'application/json']]);
  });

  test('bears the version and nothing secret where there is no key (conformance 2)', async () => {
    const { backend, api } = await prefect1();
    await backend.connect(IDENTITY, never);
    const [tenant, register, hello] = api.requests.map(({ headers }) => headers);
    expect(tenant).toMatchObject({ 'x-prefect-core-version': '1.4.1' });
    expect(hello?.['x-prefect-agent-id']).toBe(api.agents()[0]?.id);
    for (const headers of [tenant, register, hello]) {
      expect(headers).not.toHaveProperty('authorization');
      expect(headers).not.toHaveProperty('x-prefect-tenant-id');
    }
  });

  test('bears the key, and the tenant as soon as it is known (conformance 2)', async () => {
    const { backend, api } = await prefect1({ apiKey: KEY }, cloud);
    await backend.connect(IDENTITY, never);
    const [lookUp, register] = api.requests.map(({ headers }) => headers);
    expect(lookUp).toMatchObject({ authorization: `Bearer ${KEY}` });
    expect(lookUp).not.toHaveProperty('x-prefect-tenant-id');
    expect(register).toMatchObject({
      authorization: `Bearer ${KEY}`,
      'x-prefect-tenant-id': backend.tenantId,
    });
  });
});

describe('an answer that may be different the next time is asked for again, four times at most', () => {
  const cases: [name: string, status: number, body: unknown, headers?: Record<string, string>][] = [
    ['HTTP 500 (conformance 4)', 500, { errors: [{ message: 'db down' }] }],
    ['HTTP 502 with a page (conformance 4)', 502, '<html>bad gateway</html>'],
    ['HTTP 503 (conformance 4)', 503, ''],
    [
      'API_ERROR (conformance 6)',
      200,
      { errors: [{ message: 'oops', extensions: { code: 'API_ERROR' } }], data: null },
    ],
    ['a page with HTTP 200 (conformance 7)', 200, '<html>sign in</html>', { 'content-type': 'text/html' }],
    ['neither data nor errors (conformance 7)', 200, {}],
    ['data: null (conformance 7)', 200, { data: null }],
    ['HTTP 429 without a wait (conformance 5)', 429, {}],
  ];

  test.each(cases)('%s', async (_, status, body, headers = {}) => {
    const stand = await httpStandIn((_request, response, sequence) => {
      if (sequence === 3) json(response, 200, QUEUE_EMPTY);
      else if (typeof body === 'string') response.writeHead(status, headers).end(body);
      else json(response, status, body, headers);
    });
    expect(await look(stand.endpoint)).toEqual({ runs: [], unreadable: [] });
    expect(stand.requests()).toBe(3);
  });

  test.each(cases)('%s, for ever', async (_, status, body, headers = {}) => {
    const stand = await httpStandIn((_request, response) => {
      if (typeof body === 'string') response.writeHead(status, headers).end(body);
      else json(response, status, body, headers);
    });
    const error = await thrownBy(look(stand.endpoint));
    expect(error.transient).toBe(true);
    expect(error.message).toMatch(/^Prefect API, get_runs_in_queue: ./);
    expect(stand.requests()).toBe(4);
  });

  test('a connection that breaks', async () => {
    const stand = await httpStandIn((request, response, sequence) => {
      if (sequence === 1) request.socket.destroy();
      else json(response, 200, QUEUE_EMPTY);
    });
    await look(stand.endpoint);
    expect(stand.requests()).toBe(2);
  });
});

describe('Retry-After', () => {
  const limited = async (header: string) => {
    const clock = impatientClock();
    const stand = await httpStandIn((_, response, sequence) => {
      if (sequence === 1) json(response, 429, {}, { 'retry-after': header });
      else json(response, 200, QUEUE_EMPTY);
    });
    const work = look(stand.endpoint, { clock });
    return { clock, work };
  };

  test('is waited for in seconds', async () => {
    const { clock, work } = await limited('7');
    await work;
    expect(clock.waitsMs).toEqual([7000]);
  });

  test('is waited for as a date', async () => {
    const { clock, work } = await limited(new Date(Date.now() + 5000).toUTCString());
    await work;
    expect(clock.waitsMs[0]).toBeGreaterThan(3000);
    expect(clock.waitsMs[0]).toBeLessThanOrEqual(5000);
  });

  test('that is too long ends the request at once, and the error says how long (conformance 5)', async () => {
    const { clock, work } = await limited('180');
    const error = await thrownBy(work);
    expect(error).toMatchObject({ status: 429, effect: 'none', retryAfterMs: 180_000 });
    expect(clock.waitsMs).toEqual([]);
  });

  test('that is too long keeps everything else from being sent until its end, an hour later at most', async () => {
    const stand = await httpStandIn((_, response, sequence) => {
      if (sequence === 1) json(response, 503, {}, { 'retry-after': '7200' });
      else json(response, 200, QUEUE_EMPTY);
    });
    const clock = new VirtualClock();
    const { backend } = backendFor(stand.endpoint, { tenantId: TENANT_ID, clock });
    await thrownBy(backend.look(QUERY, never));
    expect(backend.notBeforeMs).toBe(clock.now() + 3_600_000);
    const error = await thrownBy(backend.look(QUERY, never));
    expect(error.message).toBe(
      'Prefect API, get_runs_in_queue: not sent, for the API asked to be left alone until 2026-11-23T13:00:00.000Z.',
    );
    expect(stand.requests()).toBe(1);
    await clock.advance(3_600_000);
    expect(await backend.look(QUERY, never)).toEqual({ runs: [], unreadable: [] });
  });

  test('of which an earlier process was told is obeyed', async () => {
    const stand = await httpStandIn((_, response) => {
      json(response, 200, QUEUE_EMPTY);
    });
    const { backend } = backendFor(stand.endpoint, { tenantId: TENANT_ID });
    backend.notBeforeMs = Date.now() + 60_000;
    await thrownBy(backend.look(QUERY, never));
    expect(stand.requests()).toBe(0);
    backend.notBeforeMs = undefined;
    expect(await backend.look(QUERY, never)).toEqual({ runs: [], unreadable: [] });
  });

  test('that is nonsense is passed over', async () => {
    const { clock, work } = await limited('soon');
    await work;
    expect(clock.waitsMs).toEqual([250]);
  });
});

describe('an answer that will be the same the next time is not asked for again', () => {
  test.each([
    [
      'HTTP 400 (conformance 7)',
      400,
      { errors: [{ message: 'Cannot query field "x"' }] },
      'HTTP 400. Cannot query field "x"',
    ],
    [
      'HTTP 401 (conformance 7)',
      401,
      { errors: [{ message: 'who?' }] },
      'The API refused the key: HTTP 401. who?',
    ],
    [
      'UNAUTHENTICATED (conformance 6)',
      200,
      { errors: [{ message: 'no', extensions: { code: 'UNAUTHENTICATED' } }], data: null },
      'The API refused the key: no',
    ],
    [
      'Malformed Authorization header (conformance 6)',
      200,
      { errors: [{ message: 'Malformed Authorization header' }] },
      'The API refused the key',
    ],
    ['any other error (conformance 6)', 200, { errors: [{ message: 'db down' }], data: null }, 'db down'],
    ['HTTP 302', 302, {}, 'HTTP 302'],
  ])('%s', async (_, status, body, message) => {
    const stand = await httpStandIn((_request, response) => {
      json(response, status, body);
    });
    const error = await thrownBy(look(stand.endpoint));
    expect(error.message).toContain(message);
    expect(error.transient).toBe(false);
    expect(stand.requests()).toBe(1);
  });
});

test('a server that nobody listens at has certainly done nothing', async () => {
  const error = await thrownBy(look(`http://127.0.0.1:${await freePort()}`));
  expect(error.message).toBe('Prefect API, get_runs_in_queue: The API could not be reached: ECONNREFUSED.');
  expect(error.effect).toBe('none');
});

test('an answer is waited for no longer than 15 seconds (conformance 7), once: the next invocation asks again', async () => {
  const stand = await httpStandIn(() => undefined);
  const timeouts: number[] = [];
  let nowMs = 0;
  const clock = {
    now: () => nowMs,
    sleep: async (ms: number) => {
      timeouts.push(ms);
      nowMs += ms;
      return Promise.resolve();
    },
  };
  const error = await thrownBy(look(stand.endpoint, { clock }));
  expect(error.message).toBe('Prefect API, get_runs_in_queue: no answer within 15 seconds.');
  expect(timeouts).toEqual([15_000]);
});

test('an abort ends a request that hangs', async () => {
  const stand = await httpStandIn(() => undefined);
  const { backend } = backendFor(stand.endpoint, { tenantId: TENANT_ID });
  const error = await thrownBy(backend.look(QUERY, AbortSignal.timeout(50)));
  expect(error.message).toBe('Prefect API, get_runs_in_queue: ended before the answer came.');
  expect(stand.requests()).toBe(1);
});

test('an answer larger than 32 MiB is not read to its end', async () => {
  const mebibyte = Buffer.alloc(1024 * 1024, 'x');
  const stand = await httpStandIn((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    const write = () => {
      while (!response.destroyed && response.write(mebibyte));
      response.once('drain', write);
    };
    write();
  });
  const error = await thrownBy(look(stand.endpoint));
  expect(error.message).toBe('Prefect API: expected an answer of at most 33554432 bytes, got more.');
});

test('no error tells the key, though the server repeats it, nor the variables', async () => {
  const stand = await httpStandIn((request, response) => {
    json(response, 400, { errors: [{ message: `Bad header ${String(request.headers.authorization)}` }] });
  });
  const { backend } = backendFor(stand.endpoint, {
    tenantId: TENANT_ID,
    apiKey: () => Promise.resolve(new Secret(KEY)),
  });
  const line = { flowRunId: TENANT_ID, level: 'INFO', message: 'a private line' } as const;
  const error = await thrownBy(backend.log([line], CLAIMANT, never));
  const everything = [error.message, error.stack, JSON.stringify(error), String(error.cause)].join('\n');
  expect(everything).toContain('Bad header Bearer [secret]');
  expect(everything).not.toContain(KEY);
  expect(everything).not.toContain('a private line');
});

test('a key that no header can hold is not told by what refuses it', async () => {
  const key = `${KEY}\nx`;
  const { backend } = backendFor('http://127.0.0.1:1', {
    tenantId: TENANT_ID,
    apiKey: () => Promise.resolve(new Secret(key)),
  });
  const error = await thrownBy(backend.look({ labels: [], beforeMs: 0, except: new Set() }, never));
  expect(inspect(error, { depth: 10 })).not.toContain(KEY);
  expect(error.message).toContain('[secret]');
});
