import { initGraphQLTada } from 'gql.tada';
import type { introspection } from './graphql-env.d.ts';

/** Parses operations and types them by `schema.graphql`. */
export const graphql = initGraphQLTada<{
  introspection: introspection;
  disableMasking: true;
  scalars: {
    uuid: string;
    UUID: string;
    timestamptz: string;
    DateTime: string;
    jsonb: unknown;
    JSON: unknown;
  };
}>();
