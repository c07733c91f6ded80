import type { IncomingHttpHeaders } from 'node:http';
import { GraphQLError } from 'graphql';
import type { ExecutionResult } from 'graphql';
import type { Intake } from '../intake.ts';
import type { Answer, Message, Reply } from '../message.ts';
import type { PrepareRequest } from './graphql-api.ts';
import { BadRequest, parseGraphqlRequest } from './request-body.ts';
import type { GraphqlRequest } from './request-body.ts';

/** A GraphQL request as it came, valid or not. */
export interface RecordedRequest extends GraphqlRequest {
  /** The first field of the operation, such as `get_runs_in_queue`; `invalid` when the document has none. */
  readonly operation: string;
  readonly headers: IncomingHttpHeaders;
}

export interface HttpParts {
  readonly prepare: PrepareRequest;
  /** The key that requests must bear; undefined: none is asked for. */
  readonly apiKey: string | undefined;
  readonly intake: Intake<RecordedRequest>;
}

/** Answers a request. Never rejects. */
export async function answerMessage(parts: HttpParts, message: Message): Promise<Reply> {
  const path = message.url?.split('?')[0];
  if (path !== '/' && path !== '/graphql') return { status: 404, headers: {}, body: '' };
  if (message.method !== 'POST') return { status: 405, headers: { allow: 'POST' }, body: '' };
  try {
    return await answerPost(parts, message);
  } catch (error) {
    return refusal(error);
  }
}

async function answerPost(parts: HttpParts, { headers, body: text }: Message): Promise<Reply> {
  const body = parseGraphqlRequest(text);
  const { operation, execute } = parts.prepare(body);
  return parts.intake.take({ ...body, operation, headers }, async (fault) => {
    if (fault?.kind === 'error') return toAnswer(failure(fault.message, fault.type));
    if (parts.apiKey !== undefined && headers.authorization !== `Bearer ${parts.apiKey}`) {
      return toAnswer(failure('AuthenticationError: Forbidden', 'UNAUTHENTICATED'));
    }
    const agentId = headerText(headers['x-prefect-agent-id']);
    return toAnswer(await execute({ agentId, coreVersion: headerText(headers['x-prefect-core-version']) }));
  });
}

function toAnswer(result: ExecutionResult): Answer {
  return {
    status: result.data === undefined ? 400 : 200,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify(result),
  };
}

/** The answer to a request that is refused before GraphQL sees it. */
export function refusal(error: unknown): Answer {
  const known = error instanceof BadRequest ? error : undefined;
  return {
    status: known?.status ?? 500,
    headers: { 'content-type': 'text/plain', connection: 'close' },
    body: known?.message ?? 'Internal Server Error',
  };
}

/** The form of an error that stands for the whole answer. */
function failure(message: string, code: string): ExecutionResult {
  return { errors: [new GraphQLError(message, { extensions: { code } })], data: null };
}

function headerText(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : undefined;
}
