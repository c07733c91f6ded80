import fc from 'fast-check';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { CallCounter } from '../../src/call-counter.ts';
import { createEcsClient } from '../../src/ecs/ecs-client.ts';
import { anyJson, mutated } from './arbitrary.ts';
import { AWS } from './ecs.ts';
import { httpStandIn } from './http-stand-in.ts';

/** An answer on the wire. */
export interface Wire {
  readonly status: number;
  readonly body: string;
}

export const ARN = 'arn:aws:ecs:us-east-1:123456789012:task/default/0123';
export const good = (body: unknown): Wire => ({ status: 200, body: JSON.stringify(body) });

const refusal = fc.record(
  {
    __type: fc.oneof(
      anyJson,
      fc.constantFrom(
        'ClientException',
        'ThrottlingException',
        'ConflictException',
        'ServerException',
        '__proto__',
      ),
    ),
    message: anyJson,
    resourceIds: fc.oneof(anyJson, fc.constant([ARN])),
  },
  { requiredKeys: [] },
);

export const wire = (valid: unknown): fc.Arbitrary<Wire> =>
  fc.record({
    status: fc.constantFrom(200, 200, 200, 200, 201, 204, 302, 400, 400, 403, 413, 429, 500, 503),
    body: fc.oneof(
      mutated(valid).map((body) => JSON.stringify(body)),
      anyJson.map((body) => JSON.stringify(body)),
      refusal.map((body) => JSON.stringify(body)),
      fc.constantFrom('', '<html>sign in</html>', '{"tasks":', 'null', '{}'),
    ),
  });

/** An ECS that gives each operation the answer of this moment, and a client for it. */
export async function answeringEcs() {
  let answers: Readonly<Record<string, Wire>> = {};
  const sent: string[] = [];
  const { endpoint } = await httpStandIn((request: IncomingMessage, response: ServerResponse) => {
    const operation = String(request.headers['x-amz-target']).split('.')[1] ?? '';
    sent.push(operation);
    const { status, body } = answers[operation] ?? good({});
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(status === 204 ? undefined : body);
  });
  const client = createEcsClient(new CallCounter(), { ...AWS, endpoint });
  return {
    client,
    sent: (operation: string) => sent.filter((one) => one === operation).length,
    answer: (change: Readonly<Record<string, Wire>>) => {
      answers = change;
      sent.length = 0;
    },
  };
}
