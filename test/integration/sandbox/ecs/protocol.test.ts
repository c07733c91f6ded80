import { afterAll, beforeAll, expect, test } from 'vitest';
import { startEcs, type EcsSandbox } from '../../../../src/sandbox/ecs/ecs-server.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';

const signed = 'AWS4-HMAC-SHA256 Credential=sandbox/20261123/us-east-1/ecs/aws4_request';
const target = 'AmazonEC2ContainerServiceV20141113.ListTasks';
let ecs: EcsSandbox;

beforeAll(async () => {
  ecs = await startEcs({ clock: new VirtualClock(), runner: undefined });
});
afterAll(() => ecs.close());

function post(headers: Record<string, string>, body: string): Promise<Response> {
  return fetch(ecs.endpoint, { method: 'POST', headers, body });
}

test('an answer is AWS JSON 1.1 with a request ID', async () => {
  const response = await post({ authorization: signed, 'x-amz-target': target }, '{}');
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('application/x-amz-json-1.1');
  expect(response.headers.get('x-amzn-requestid')).toMatch(/^[0-9a-f-]{36}$/);
  expect(await response.json()).toEqual({ taskArns: [] });
});

test.each([
  ['without a signature', { 'x-amz-target': target }, '{}', 'MissingAuthenticationTokenException'],
  [
    'with another kind of authorization',
    { authorization: 'Bearer x', 'x-amz-target': target },
    '{}',
    'MissingAuthenticationTokenException',
  ],
  ['without a target', { authorization: signed }, '{}', 'UnknownOperationException'],
  [
    'for another service',
    { authorization: signed, 'x-amz-target': 'Logs_20140328.GetLogEvents' },
    '{}',
    'UnknownOperationException',
  ],
  [
    'for an operation that the sandbox lacks',
    { authorization: signed, 'x-amz-target': 'AmazonEC2ContainerServiceV20141113.CreateService' },
    '{}',
    'UnknownOperationException',
  ],
  ['that is no JSON', { authorization: signed, 'x-amz-target': target }, '{', 'SerializationException'],
  [
    'with an unknown member',
    { authorization: signed, 'x-amz-target': target },
    '{"started_by":"a"}',
    'SerializationException',
  ],
  [
    'of more than 1 MiB',
    { authorization: signed, 'x-amz-target': target },
    JSON.stringify({ family: 'f'.repeat(8 * 1024 * 1024) }),
    'RequestEntityTooLargeException',
  ],
])('a request %s is refused', async (_name, headers, body, type) => {
  const response = await post(headers, body);
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ __type: type, message: expect.any(String) as string });
});
