import type { IncomingMessage } from 'node:http';
import * as z from 'zod/mini';

export interface GraphqlRequest {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>> | null;
  readonly operationName: string | null;
}

/** A request that is refused before GraphQL sees it. */
export class BadRequest extends Error {
  override readonly name = 'BadRequest';
  readonly status: 400 | 413;

  constructor(status: 400 | 413, message: string, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}

// The genuine server's default.
const maximumBodyBytes = 5 * 1024 * 1024;

const variables = z.nullish(z.record(z.string(), z.unknown(), 'Variables are not an object.'));

const bodySchema = z.object(
  {
    query: z.string('Must provide query string.'),
    variables: z.pipe(
      // Prefect's Python client sends them as a string of JSON.
      z.transform((value) =>
        typeof value === 'string' ? parseJson(value, 'Variables are invalid JSON.') : value,
      ),
      variables,
    ),
    operationName: z.nullish(z.string('The operation name is not a string.')),
  },
  'POST body missing.',
);

/** @throws BadRequest when the body is too large or is no GraphQL request. */
export async function readGraphqlRequest(request: IncomingMessage): Promise<GraphqlRequest> {
  const parsed = bodySchema.safeParse(parseJson(await readText(request), 'The body is invalid JSON.'));
  if (!parsed.success) {
    throw new BadRequest(400, parsed.error.issues[0]?.message ?? '', { cause: parsed.error });
  }
  const { query, variables, operationName } = parsed.data;
  return { query, variables: variables ?? null, operationName: operationName ?? null };
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maximumBodyBytes) throw new BadRequest(413, 'request entity too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parseJson(text: string, message: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new BadRequest(400, message, { cause: error });
  }
}
