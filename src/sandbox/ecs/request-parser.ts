import { NormalizedSchema } from '@smithy/core/schema';
import * as z from 'zod/mini';
import { EcsError } from './ecs-error.ts';

export type Model = Parameters<typeof NormalizedSchema.of>[0];

/**
 * A strict parser for the input of an operation, made of AWS's own model of it. Stricter than AWS, which passes
 * over members that it doesn't know: here a misspelt member is refused, so that it cannot go unseen.
 */
export function requestParser(model: Model): (value: unknown) => unknown {
  const schema = zodOf(NormalizedSchema.of(model));
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

function zodOf(schema: NormalizedSchema): z.ZodMiniType {
  if (schema.isStructSchema()) {
    const required = requiredMembers(schema);
    const members = Array.from(schema.structIterator(), ([name, member]) => {
      const type = zodOf(member);
      return [name, required.has(name) ? type : z.optional(type)] as const;
    });
    return z.strictObject(Object.fromEntries(members));
  }
  if (schema.isListSchema()) return z.array(zodOf(schema.getValueSchema()));
  if (schema.isMapSchema()) return z.record(z.string(), zodOf(schema.getValueSchema()));
  if (schema.isNumericSchema()) return z.int();
  if (schema.isBooleanSchema()) return z.boolean();
  return z.string();
}

/** The model lists the required members of a structure first, and says how many they are. */
function requiredMembers(schema: NormalizedSchema): ReadonlySet<string> {
  const model = schema.getSchema();
  if (!Array.isArray(model) || model[0] !== 3) return new Set();
  const [, , , , names, , count = 0] = model;
  return new Set(names.slice(0, count));
}

function describe(issue: z.core.$ZodRawIssue): string {
  if (issue.code === 'unrecognized_keys') return `unknown member ${issue.keys.join(', ')}`;
  if (issue.code !== 'invalid_type') return 'not valid';
  return issue.input === undefined
    ? 'required'
    : `expected ${issue.expected}, got ${z.core.util.parsedType(issue.input)}`;
}
