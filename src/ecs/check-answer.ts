import type * as z from 'zod/mini';
import { describeIssues } from '../describe-issues.ts';
import { AwsError } from '../errors.ts';

/** Of what is said of an answer, in characters. */
const MAX_LENGTH = 500;

/**
 * Holds an answer of ECS to what is read of it: the SDK makes an answer of any JSON, such as a proxy's.
 * @throws AwsError naming the operation and the members that are wrong.
 */
export function checkAnswer(operation: string, schema: z.ZodMiniType, answer: unknown): void {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return;
  const issues = describeIssues(parsed.error).slice(0, MAX_LENGTH);
  throw new AwsError(`${operation}: ECS answered what can't be read: ${issues}`);
}
