import { readFileSync } from 'node:fs';
import { buildSchema, defaultFieldResolver, GraphQLError, isScalarType, valueFromASTUntyped } from 'graphql';
import type { GraphQLFieldResolver, GraphQLSchema } from 'graphql';
import { relatedRows, relationOf } from './relations.ts';
import type { Row } from './relations.ts';
import { select } from './select.ts';
import type { SelectArguments } from './select.ts';
import { timestamptz } from './tables.ts';
import type { Tables } from './tables.ts';

type ParseValue = (value: unknown) => unknown;

const scalars: Readonly<Record<string, ParseValue>> = {
  uuid: parseUuid,
  UUID: parseUuid,
  timestamptz: parseInstant,
  DateTime: parseInstant,
  jsonb: (value) => value,
  JSON: (value) => value,
};

/** The agent's schema file, with scalars that turn ids and instants into the form in which the tables hold them. */
export function loadSchema(): GraphQLSchema {
  const schema = buildSchema(readFileSync(new URL('../../prefect1/schema.graphql', import.meta.url), 'utf8'));
  for (const [name, parse] of Object.entries(scalars)) {
    const scalar = schema.getType(name);
    if (!isScalarType(scalar)) throw new TypeError(`Expected the schema to have the scalar ${name}`);
    scalar.parseValue = parse;
    // Literal objects come without a prototype, and would never equal those of a column.
    scalar.parseLiteral = (node, variables) => parse(structuredClone(valueFromASTUntyped(node, variables)));
  }
  return schema;
}

/** Resolves relations from the tables; all else as graphql-js does. */
export function resolveFrom(tables: Tables): GraphQLFieldResolver<unknown, unknown> {
  return (source, args: SelectArguments, context, info) => {
    const relation = relationOf(info.parentType.name, info.fieldName);
    if (relation === undefined) return defaultFieldResolver(source, args, context, info);
    const rows = relatedRows(tables, relation, source as Row);
    return relation.kind === 'one' ? rows[0] : select(tables, relation.to, rows, args);
  };
}

function parseUuid(value: unknown): string {
  const digits = typeof value === 'string' ? value.toLowerCase().replaceAll('-', '') : '';
  const parts = /^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/.exec(digits);
  if (parts === null) throw new GraphQLError(`Could not parse UUID: ${String(value)}`);
  return parts.slice(1).join('-');
}

function parseInstant(value: unknown): string {
  if (typeof value !== 'string' || Number.isNaN(Date.parse(value))) {
    throw new GraphQLError(`invalid input syntax for type timestamp with time zone: "${String(value)}"`);
  }
  return timestamptz(value);
}
