import * as z from 'zod/mini';
import { type Model, requestSchema } from '../../python/request-schema.ts';
import { EcsError } from './ecs-error.ts';

/**
 * A strict parser for the input of an operation. Stricter than AWS, which passes over members that it doesn't
 * know: here a misspelt member is refused, so that it cannot go unseen.
 */
export function requestParser(model: Model): (value: unknown) => unknown {
  const schema = requestSchema(model);
  return (value) => {
    const parsed = schema.safeParse(value, { error: describe });
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    const path = issue?.path.map(String).join('.') ?? '';
    throw new EcsError(
      'SerializationException',
      `${path === '' ? 'The request' : path}: ${issue?.message ?? ''}`,
    );
  };
}

function describe(issue: z.core.$ZodRawIssue): string {
  if (issue.code === 'unrecognized_keys') return `unknown member ${issue.keys.join(', ')}`;
  if (issue.code !== 'invalid_type') return 'not valid';
  return issue.input === undefined
    ? 'required'
    : `expected ${issue.expected}, got ${z.core.util.parsedType(issue.input)}`;
}
