import * as z from 'zod/mini';
import { Refusal } from './refusal.ts';

const MAX_LIMIT = 200;

/** The members of a request that say which part of a list is wanted. */
export const page = {
  limit: z.nullish(z.int()),
  offset: z.nullish(z.int().check(z.gte(0))),
};

/** The part of a list that was asked for. @throws Refusal when the API does not give so many */
export function pageOf<Row>(
  rows: readonly Row[],
  {
    limit,
    offset,
  }: { readonly limit?: number | null | undefined; readonly offset?: number | null | undefined },
): readonly Row[] {
  const start = offset ?? 0;
  return rows.slice(start, start + limitOf(limit));
}

/** How many rows an answer may have. @throws Refusal when the API does not give so many */
export function limitOf(limit: number | null | undefined): number {
  if (limit == null) return MAX_LIMIT;
  if (limit > MAX_LIMIT) {
    throw new Refusal(422, { detail: `Invalid limit: must be less than or equal to ${MAX_LIMIT}.` });
  }
  return limit;
}
