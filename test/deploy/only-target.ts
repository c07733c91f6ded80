import * as z from 'zod/mini';
import type { Ministack } from './ministack.ts';

const answer = z.object({ Targets: z.tuple([z.looseObject({ InputTransformer: z.optional(z.unknown()) })]) });

/** The one target of a rule of EventBridge. */
export async function onlyTarget(aws: Ministack, Rule: string) {
  const { Targets } = answer.parse(await aws.json('events', 'AWSEvents.ListTargetsByRule', { Rule }));
  return Targets[0];
}
