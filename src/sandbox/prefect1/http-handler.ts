import type { IncomingHttpHeaders, IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { GraphQLError } from 'graphql';
import type { ExecutionResult } from 'graphql';
import type { Clock } from '../../clock.ts';
import type { FaultPlan } from '../faults.ts';
import { playFault } from '../play-fault.ts';
import type { PrepareRequest } from './graphql-api.ts';
import { BadRequest, readGraphqlRequest } from './request-body.ts';
import type { GraphqlRequest } from './request-body.ts';

/** A GraphQL request as it came, valid or not. */
export interface RecordedRequest extends GraphqlRequest {
  /** The first field of the operation, such as `get_runs_in_queue`; `invalid` when the document has none. */
  readonly operation: string;
  readonly headers: IncomingHttpHeaders;
}

export interface HttpParts {
  readonly clock: Clock;
  readonly prepare: PrepareRequest;
  /** The key that requests must bear; undefined: none is asked for. */
  readonly apiKey: string | undefined;
  readonly faults: FaultPlan | undefined;
  /** Aborts when the server closes. */
  readonly closing: AbortSignal;
  readonly record: (request: RecordedRequest) => void;
  /** How many requests of each operation have come. */
  readonly calls: Record<string, number>;
}

/** GraphQL over HTTP as the genuine server's Apollo speaks it. */
export function createHttpHandler(parts: HttpParts): RequestListener {
  return (request, response) => {
    serve(parts, request, response).catch((error: unknown) => {
      const refusal = error instanceof BadRequest ? error : undefined;
      response.writeHead(refusal?.status ?? 500, { 'content-type': 'text/plain', connection: 'close' });
      response.end(refusal?.message ?? 'Internal Server Error');
    });
  };
}

async function serve(parts: HttpParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = request.url?.split('?')[0];
  if (path !== '/' && path !== '/graphql') {
    response.writeHead(404).end();
    return;
  }
  if (request.method !== 'POST') {
    response.writeHead(405, { allow: 'POST' }).end();
    return;
  }
  const body = await readGraphqlRequest(request);
  const { operation, execute } = parts.prepare(body);
  const { headers } = request;
  parts.record({ ...body, operation, headers });
  const sequence = (parts.calls[operation] ?? 0) + 1;
  parts.calls[operation] = sequence;

  const fault = parts.faults?.({ service: 'prefect', operation, sequence });
  const answer = await playFault({
    fault,
    clock: parts.clock,
    closing: parts.closing,
    response,
    serve: () => {
      if (fault?.kind === 'error') return failure(fault.message, fault.type);
      if (parts.apiKey !== undefined && headers.authorization !== `Bearer ${parts.apiKey}`) {
        return failure('AuthenticationError: Forbidden', 'UNAUTHENTICATED');
      }
      const agentId = text(headers['x-prefect-agent-id']);
      return execute({ agentId, coreVersion: text(headers['x-prefect-core-version']) });
    },
  });
  if (answer === undefined) return;
  const type = 'application/json; charset=utf-8';
  response.writeHead(answer.data === undefined ? 400 : 200, { 'content-type': type });
  response.end(JSON.stringify(answer));
}

/** The form of an error that stands for the whole answer. */
function failure(message: string, code: string): ExecutionResult {
  return { errors: [new GraphQLError(message, { extensions: { code } })], data: null };
}

function text(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : undefined;
}
