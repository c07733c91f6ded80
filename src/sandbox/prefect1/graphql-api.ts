import { execute, getOperationAST, Kind, parse, validate } from 'graphql';
import type { DocumentNode, ExecutionResult, GraphQLError, GraphQLSchema } from 'graphql';
import { loadSchema, resolveFrom } from './executable-schema.ts';
import { createMutations } from './mutations.ts';
import type { Sender } from './mutations.ts';
import { createQueries } from './queries.ts';
import type { GraphqlRequest } from './request-body.ts';
import type { Store } from './store.ts';

/** A request that has been read; nothing has been carried out. */
interface PreparedRequest {
  /** The first field of the operation, such as `get_runs_in_queue`; `invalid` when the document has none. */
  readonly operation: string;
  /** An answer without `data` was refused before anything was carried out. */
  readonly execute: (sender: Sender) => Promise<ExecutionResult>;
}

const MAX_DOCUMENTS = 500;

/** The same for every store, and slow to build. */
let sharedSchema: GraphQLSchema | undefined;

/** As Apollo does: reading a document takes longer than answering it. */
const read = new Map<string, DocumentNode>();

/** Reads a request, and refuses it when the schema does not allow it. */
export type PrepareRequest = (request: GraphqlRequest) => PreparedRequest;

/** The GraphQL API over `store`. Prefect Server lacks the fields that belong to Prefect Cloud. */
export function createGraphqlApi(store: Store, flavour: 'server' | 'cloud'): PrepareRequest {
  const schema = (sharedSchema ??= loadSchema());
  const rootValue = { ...createQueries(store, flavour), ...createMutations(store) };
  const fieldResolver = resolveFrom(store.tables);

  return (request) => {
    let document = read.get(request.query);
    if (document === undefined) {
      try {
        document = parse(request.query);
      } catch (error) {
        return refused([withCode(error as GraphQLError, 'GRAPHQL_PARSE_FAILED')]);
      }
      const errors = validate(schema, document);
      if (errors.length > 0) {
        return refused(errors.map((error) => withCode(error, 'GRAPHQL_VALIDATION_FAILED')));
      }
      if (read.size < MAX_DOCUMENTS) read.set(request.query, document);
    }
    return {
      operation: firstField(document, request.operationName),
      execute: async (sender) => {
        const result = await execute({
          schema,
          document,
          rootValue,
          fieldResolver,
          contextValue: sender,
          variableValues: request.variables,
          operationName: request.operationName,
        });
        if (result.errors === undefined) return result;
        return { ...result, errors: result.errors.map((error) => withCode(error, 'INTERNAL_SERVER_ERROR')) };
      },
    };
  };
}

function refused(errors: readonly GraphQLError[]): PreparedRequest {
  return { operation: 'invalid', execute: () => Promise.resolve({ errors }) };
}

/** Apollo gives every error a code. */
function withCode(error: GraphQLError, code: string): GraphQLError {
  error.extensions.code ??= code;
  return error;
}

function firstField(document: DocumentNode, operationName: string | null): string {
  const [selection] = getOperationAST(document, operationName)?.selectionSet.selections ?? [];
  return selection?.kind === Kind.FIELD ? selection.name.value : 'invalid';
}
