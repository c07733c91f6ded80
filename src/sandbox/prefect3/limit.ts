import { Refusal } from './refusal.ts';

const MAX_LIMIT = 200;

/** How many rows an answer may have. @throws Refusal when the API does not give so many */
export function limitOf(limit: number | null | undefined): number {
  if (limit == null) return MAX_LIMIT;
  if (limit > MAX_LIMIT) {
    throw new Refusal(422, { detail: `Invalid limit: must be less than or equal to ${MAX_LIMIT}.` });
  }
  return limit;
}
