import { readFileSync } from 'node:fs';
import { buildSchema, getOperationAST, parse, validate } from 'graphql';
import { expect, test } from 'vitest';
import { setStatesDocument } from '../../../src/prefect1/set-states.ts';

const schema = buildSchema(readFileSync('src/prefect1/schema.graphql', 'utf8'));

test.each([
  ['flow_run', 1],
  ['flow_run', 25],
  ['task_run', 50],
] as const)('the document that sets the states of %s, %i at once, fits the schema', (kind, count) => {
  const document = parse(setStatesDocument(kind, count));
  expect(validate(schema, document)).toEqual([]);
  expect(getOperationAST(document)?.selectionSet.selections).toHaveLength(count);
});
