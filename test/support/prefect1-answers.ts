import fc from 'fast-check';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { expect } from 'vitest';
import { PrefectApiError } from '../../src/errors.ts';
import { anyJson, mutated, nastyText } from './arbitrary.ts';
import { httpStandIn } from './http-stand-in.ts';
import { backendFor, cloud, KEY } from './prefect1.ts';

export const TENANT_ID = '77777777-1111-4111-8111-777777777777';

/** An answer on the wire. */
export interface Wire {
  readonly status: number;
  readonly contentType: string;
  readonly retryAfter?: string;
  readonly body: string;
}

export const good = (data: unknown): Wire => ({
  status: 200,
  contentType: 'application/json',
  body: JSON.stringify({ data }),
});

const entry = fc.oneof(
  anyJson,
  fc.record(
    {
      message: fc.oneof(nastyText, anyJson, fc.constant(`bad ${KEY}`)),
      path: fc.oneof(anyJson, fc.constant(['s0'])),
      extensions: fc.oneof(anyJson, fc.constantFrom({ code: 'API_ERROR' }, { code: 'UNAUTHENTICATED' })),
    },
    { requiredKeys: [] },
  ),
);

/** Answers to an operation whose right answer is known: other data, a part of it, errors, no GraphQL at all. */
export const wire = (valid: unknown): fc.Arbitrary<Wire> => {
  const data = fc.oneof({ weight: 3, arbitrary: mutated(valid) }, anyJson, fc.constant(valid));
  const envelope = fc.oneof(
    { weight: 4, arbitrary: data.map((inner): unknown => ({ data: inner })) },
    fc.record({ data, errors: fc.oneof(fc.array(entry, { maxLength: 3 }), anyJson) }),
    anyJson,
  );
  const text = fc.oneof(
    { weight: 8, arbitrary: envelope.map((body) => JSON.stringify(body)) },
    fc.constantFrom('', '<html>sign in</html>', '{"data":', 'null', `Bearer ${KEY}`, '{"data":{}}'),
  );
  return fc.record({
    status: fc.oneof(
      { weight: 6, arbitrary: fc.constant(200) },
      fc.constantFrom(201, 204, 302, 400, 401, 403, 404, 429, 500, 503),
    ),
    contentType: fc.oneof(
      { weight: 6, arbitrary: fc.constant('application/json') },
      fc.constantFrom(
        'text/html',
        'application/graphql-response+json',
        'application/json; charset=utf-16',
        'x',
      ),
    ),
    body: text,
    retryAfter: fc.constantFrom('', '1', '99999999999999999999', 'Fri, 31 Dec 9999 23:59:59 GMT', 'soon'),
  });
};

/** An API that gives each operation the answer of this moment. */
export async function answeringApi() {
  let answers: Readonly<Record<string, Wire>> = {};
  const { endpoint } = await httpStandIn(
    ({ body }: IncomingMessage & { body: unknown }, response: ServerResponse) => {
      const { query } = body as { query: string };
      const name = Object.keys(answers).find((operation) => new RegExp(`\\b${operation}\\b`).test(query));
      const { status, contentType, body: text, retryAfter = '' } = answers[name ?? ''] ?? good({});
      response.writeHead(status, { 'content-type': contentType, 'retry-after': retryAfter });
      response.end(status === 204 ? undefined : text);
    },
  );
  const backend = () => backendFor(endpoint, { ...cloud, tenantId: TENANT_ID });
  return {
    endpoint,
    backend,
    answer: (change: Readonly<Record<string, Wire>>) => {
      answers = change;
    },
  };
}

/** The result, or undefined for the one error that may come. */
export async function orApiError<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    expect(error).toBeInstanceOf(PrefectApiError);
    const { message, stack = '', cause } = error as PrefectApiError;
    expect(`${message} ${stack} ${String(cause)}`).not.toContain(KEY);
    expect(message.length).toBeLessThan(700);
    return undefined;
  }
}

export const RUN_ROW = {
  id: 'run-1',
  name: 'brave-lynx',
  version: 1,
  serialized_state: {
    type: 'Scheduled',
    start_time: '2026-11-23T12:00:00Z',
    context: { serverless_prefect_agent: { put_back: true, due_since_ms: 1e12 } },
  },
  run_config: { type: 'ECSRun', env: { A: 'B' } },
  flow: { id: 'flow-1', name: 'etl', version: 3, storage: { type: 'S3' }, core_version: '1.4.1' },
  task_runs: [{ id: 'task-run-1', version: 1, serialized_state: { type: 'Retrying' } }],
};

export const OURS = {
  type: 'Submitted',
  context: { serverless_prefect_agent: { agent: 'agent', invocation: 'invocation-1', claim_key: '1' } },
};
