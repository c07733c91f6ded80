import { NormalizedSchema } from '@smithy/core/schema';
import * as z from 'zod/mini';

/** AWS's model of a structure, such as `RunTaskRequest$`. */
export type Model = Parameters<typeof NormalizedSchema.of>[0];

/**
 * A strict schema of what an operation takes, made of AWS's own model of it. As boto3's own check: members that
 * the model does not know are refused, types are not converted, enumerations are left to AWS.
 */
export function requestSchema(model: Model): z.ZodMiniType {
  return zodOf(NormalizedSchema.of(model));
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
