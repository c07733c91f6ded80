import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AgentError, FlowRunError } from '../../../src/errors.ts';
import { readFile } from '../../../src/settings/read-file.ts';
import { readHttps } from '../../../src/settings/read-https.ts';
import { readS3 } from '../../../src/settings/read-s3.ts';
import { httpStandIn } from '../../support/http-stand-in.ts';
import { readTaskDefinition } from '../../../src/settings/read-task-definition.ts';

const MIB = 1024 * 1024;

describe('a file', () => {
  let directory: string;
  const write = async (name: string, content: string | Buffer) => {
    const path = join(directory, name);
    await writeFile(path, content);
    return path;
  };

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'settings-'));
  });
  afterAll(async () => {
    await rm(directory, { recursive: true });
  });

  test('of 1 MiB is read, without a byte order mark', async () => {
    expect(await readFile(await write('full', 'x'.repeat(MIB)))).toHaveLength(MIB);
    expect(await readFile(await write('bom', '\ufeffa: é'))).toBe('a: é');
  });

  test('of more than 1 MiB is refused', async () => {
    await expect(readFile(await write('large', 'x'.repeat(MIB + 1)))).rejects.toThrow(
      'larger than 1048576 bytes',
    );
  });

  test('that is not UTF-8 is refused', async () => {
    await expect(readFile(await write('latin1', Buffer.from([0x61, 0xe9])))).rejects.toThrow(TypeError);
  });

  test('without end is refused', async () => {
    await expect(readFile('/dev/zero')).rejects.toThrow('larger than 1048576 bytes');
  });

  test('is a task definition when it holds a mapping, and else the fault of the flow run', async () => {
    expect(await readTaskDefinition(await write('task.yaml', 'family: mine'))).toEqual({ family: 'mine' });
    await expect(readTaskDefinition(await write('list.yaml', '- a'))).rejects.toThrow(FlowRunError);
    await expect(readTaskDefinition(join(directory, 'missing'))).rejects.toThrow(FlowRunError);
  });
});

describe('an object in S3', () => {
  let server: Server;
  let client: S3Client;
  const asked: string[] = [];

  beforeAll(async () => {
    server = createServer((request, response) => {
      const path = request.url?.split('?')[0] ?? '';
      asked.push(path);
      if (path === '/bucket/dir/task.yaml') response.end('family: mine');
      else if (path === '/bucket/large') response.end('x'.repeat(MIB + 1));
      else {
        const code = path === '/bucket/denied' ? 'AccessDenied' : 'NoSuchKey';
        response.writeHead(code === 'AccessDenied' ? 403 : 404, { 'content-type': 'application/xml' });
        response.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>refused</Message></Error>`);
      }
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    client = new S3Client({
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      forcePathStyle: true,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      maxAttempts: 1,
    });
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  test('is read by its bucket and key', async () => {
    expect(await readS3('s3://bucket/dir/task.yaml', client)).toBe('family: mine');
    expect(asked).toContain('/bucket/dir/task.yaml');
  });

  test('of more than 1 MiB is refused', async () => {
    await expect(readS3('s3://bucket/large', client)).rejects.toThrow('larger than 1048576 bytes');
  });

  const readers = { readFile, readHttps, readS3: (url: string) => readS3(url, client) };

  test('that is missing or too large is the fault of the flow run that names it', async () => {
    await expect(readTaskDefinition('s3://bucket/missing', readers)).rejects.toThrow(FlowRunError);
    await expect(readTaskDefinition('s3://bucket/large', readers)).rejects.toThrow(FlowRunError);
  });

  test('that AWS denies is not the fault of the flow run', async () => {
    await expect(readTaskDefinition('s3://bucket/denied', readers)).rejects.toMatchObject({
      name: 'AccessDenied',
    });
  });
});

describe('a web address', () => {
  const documents: Readonly<Record<string, readonly [status: number, body: string]>> = {
    '/task.yaml': [200, 'family: mine'],
    '/large': [200, 'x'.repeat(MIB + 1)],
    '/moved': [302, ''],
  };
  const address = async () => {
    const { endpoint } = await httpStandIn(({ url }, response) => {
      const [status, body] = documents[url ?? ''] ?? [404, 'no such page'];
      response.writeHead(status, { location: '/task.yaml' }).end(body);
    });
    return endpoint;
  };

  test('is read', async () => {
    expect(await readHttps(`${await address()}/task.yaml`)).toBe('family: mine');
  });

  test.each([
    ['/missing', 'HTTP 404'],
    ['/large', 'larger than 1048576 bytes'],
    ['/moved', 'fetch failed'],
  ])('with %s is refused', async (path, message) => {
    await expect(readHttps((await address()) + path)).rejects.toThrow(message);
  });

  test.each<[string, Error, boolean]>([
    ['HTTP 404', new Error('HTTP 404'), true],
    ['HTTP 503', new Error('HTTP 503'), false],
    ['HTTP 429', new Error('HTTP 429'), false],
    ['no answer', new DOMException('The operation was aborted due to timeout', 'TimeoutError'), false],
  ])('with %s: whether that is the fault of the flow run', async (_, error, isRuns) => {
    const readers = { readFile, readS3, readHttps: () => Promise.reject(error) };
    const thrown: unknown = await readTaskDefinition('https://example.com/a', readers).catch(
      (reason: unknown) => reason,
    );
    expect(thrown).toBeInstanceOf(AgentError);
    expect(thrown instanceof FlowRunError).toBe(isRuns);
  });

  test('that can not be read is the fault of the flow run, and plain http is not read at all', async () => {
    await expect(readTaskDefinition('https://127.0.0.1:1/task.yaml')).rejects.toThrow(FlowRunError);
    await expect(readTaskDefinition(`${await address()}/task.yaml`)).rejects.toThrow(
      'expected the path of a file, s3://bucket/key or an https address',
    );
  });
});
