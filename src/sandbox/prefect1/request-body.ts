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

/** @throws BadRequest when the body is no GraphQL request. */
export function parseGraphqlRequest(text: string): GraphqlRequest {
  const parsed = bodySchema.safeParse(parseJson(text, 'The body is invalid JSON.'));
  if (!parsed.success) {
    throw new BadRequest(400, parsed.error.issues[0]?.message ?? '', { cause: parsed.error });
  }
  const { query, variables, operationName } = parsed.data;
  return { query, variables: variables ?? null, operationName: operationName ?? null };
}

function parseJson(text: string, message: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new BadRequest(400, message, { cause: error });
  }
}
