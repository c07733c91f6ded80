import { request } from 'node:http';
import { expect, onTestFinished, test, vi } from 'vitest';
import { systemClock } from '../../../../src/clock.ts';
import { AwsError } from '../../../../src/errors.ts';
import type { Status } from '../../../../src/status/read-status.ts';
import { serveStatus } from '../../../../src/status/web/serve-status.ts';
import { awsServices, LOG_GROUP } from '../../../support/aws-services.ts';
import { endedLine } from '../../../support/logged-polls.ts';
import { FakeIo } from '../../../support/cli.ts';

const STATUS: Status = {
  at: '2026-11-25T06:02:48.520Z',
  function: 'poll',
  since: '2026-11-25T05:02:48.520Z',
  health: null,
  control: null,
  caps: null,
  recent: null,
  unread: [],
};

async function serve(read: () => Promise<Status> = () => Promise.resolve(STATUS)) {
  const server = await serveStatus({ read, clock: systemClock, port: 0 });
  onTestFinished(() => server[Symbol.asyncDispose]());
  return server.url;
}

test('the page may only run what it came with, and ask only its own server', async () => {
  const response = await fetch(await serve());
  expect(response.status).toBe(200);
  const policy = response.headers.get('content-security-policy') ?? '';
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toContain('unsafe');
  const html = await response.text();
  expect(html).not.toMatch(/\son\w+=|https?:\/\//);
});

test('however many ask at once, the sources are read once', async () => {
  let reads = 0;
  const url = await serve(async () => {
    reads += 1;
    await new Promise((resolve) => setTimeout(resolve, 50));
    return STATUS;
  });
  const answers = await Promise.all(Array.from({ length: 10 }, () => fetch(`${url}status.json`)));
  expect(await answers[0]?.json()).toEqual(STATUS);
  expect(reads).toBe(1);
});

test('a read that fails is answered with its reason, and tried anew', async () => {
  let reads = 0;
  const url = await serve(() => {
    reads += 1;
    return reads === 1 ? Promise.reject(new AwsError('denied')) : Promise.resolve(STATUS);
  });
  const first = await fetch(`${url}status.json`);
  expect({ status: first.status, body: await first.json() }).toEqual({
    status: 502,
    body: { error: 'denied' },
  });
  expect((await fetch(`${url}status.json`)).status).toBe(200);
});

test.each([
  ['GET', '/other', '127.0.0.1', 404],
  ['POST', '/', '127.0.0.1', 405],
  ['GET', '/status.json', 'evil.example', 421],
  ['GET', '/status.json', 'localhost:80', 200],
])('%s %s for %s is answered with %i', async (method, path, host, expected) => {
  const { port } = new URL(await serve());
  const status = await new Promise((resolve, reject) => {
    const sent = request({ port, host: '127.0.0.1', method, path, headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    sent.on('error', reject);
    sent.end();
  });
  expect(status).toBe(expected);
});

test('status --web says where it serves, until Ctrl-C', async () => {
  const { logs } = await awsServices();
  logs.write(LOG_GROUP, endedLine());
  const io = new FakeIo();
  const ended = io.run('status', '--web');
  await vi.waitFor(() => {
    expect(io.out).toContain('http://127.0.0.1:');
  });
  const [url = ''] = /http:\S+/.exec(io.out) ?? [];
  expect(await (await fetch(`${url}status.json`)).json()).toMatchObject({ recent: { count: 1 } });
  io.signal('SIGINT');
  expect(await ended).toBe(0);
  await expect(fetch(url)).rejects.toThrow();
});

test('a port that is taken ends it with what to do', async () => {
  await awsServices();
  const { port } = new URL(await serve());
  const io = new FakeIo();
  expect(await io.run('status', '--web', '--port', port)).toBe(1);
  expect(io.err).toContain(`Could not serve on port ${port}`);
  expect(io.err).toContain('Take another --port.');
});

test.each(['-1', '65536', 'x'])('--port %j is wrong usage', async (port) => {
  expect(await new FakeIo().run('status', '--web', `--port=${port}`)).toBe(2);
});
