import { RunTaskCommand } from '@aws-sdk/client-ecs';
import { Agent } from 'node:http';
import { createServer, type Socket } from 'node:net';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { CallCounter } from '../../../src/call-counter.ts';
import { createEcsClient } from '../../../src/ecs/ecs-client.ts';
import { mayHaveTakenEffect } from '../../../src/ecs/ecs-errors.ts';
import { AWS } from '../../support/ecs.ts';

type Handler = Parameters<typeof createEcsClient>[1];

const errorOf = async (endpoint: string, requestHandler: NonNullable<Handler>['requestHandler'] = {}) => {
  const client = createEcsClient(new CallCounter(), { ...AWS, endpoint, requestHandler });
  onTestFinished(() => {
    client.destroy();
  });
  return client.send(new RunTaskCommand({ taskDefinition: 'a:1' })).catch((error: unknown) => error);
};

/** A server that does this with each connection. */
const serving = async (onConnection: (socket: Socket) => void) => {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    onConnection(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
  });
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? (address?.port ?? 0) : 0}`;
};

test('a connection that is not established in time has sent nothing', async () => {
  // A name that is never resolved leaves the socket connecting.
  const httpAgent = new Agent({ lookup: () => undefined });
  const error = await errorOf('http://ecs.example', { connectionTimeout: 50, httpAgent });
  expect(error).toMatchObject({ name: 'TimeoutError' });
  expect(mayHaveTakenEffect(error)).toBe(false);
});

test.each(['ENOTFOUND', 'EAI_AGAIN'])('a name that can’t be resolved has sent nothing: %s', async (code) => {
  const httpAgent = new Agent({
    lookup: (_, __, callback) => {
      callback(Object.assign(new Error(`getaddrinfo ${code}`), { code }), '');
    },
  });
  const error = await errorOf('http://ecs.example', { httpAgent });
  expect(error).toMatchObject({ code });
  expect(mayHaveTakenEffect(error)).toBe(false);
});

test('a connection that nobody takes has sent nothing', async () => {
  const error = await errorOf('http://127.0.0.1:1');
  expect(error).toMatchObject({ code: 'ECONNREFUSED' });
  expect(mayHaveTakenEffect(error)).toBe(false);
});

test('a request that is not answered may have taken effect', async () => {
  const endpoint = await serving(() => undefined);
  const error = await errorOf(endpoint, { requestTimeout: 50, throwOnRequestTimeout: true });
  expect(error).toMatchObject({ name: 'TimeoutError' });
  expect(mayHaveTakenEffect(error)).toBe(true);
});

test('a connection that is reset may have brought the request', async () => {
  const endpoint = await serving((socket) => {
    socket.once('data', () => socket.resetAndDestroy());
  });
  const error = await errorOf(endpoint);
  expect(error).toMatchObject({ code: 'ECONNRESET' });
  expect(mayHaveTakenEffect(error)).toBe(true);
});
