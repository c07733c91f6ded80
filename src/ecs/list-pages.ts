import * as z from 'zod/mini';
import { checkAnswer } from './check-answer.ts';

/** At a hundred items each, more than an account has. */
const MAX_PAGES = 100;

interface Page {
  readonly items: readonly string[] | undefined;
  readonly nextToken: string | undefined;
}

const page = z.object({
  items: z.array(z.string('expected text'), 'expected a list'),
  nextToken: z.optional(z.string('expected text')),
});

/**
 * Reads a list of names page by page, a hundred pages at most. `isCut`: there were more.
 * @throws AwsError when an answer has no such list, which must not be taken for an empty one; and what `read` throws.
 */
export async function listPages(
  operation: string,
  read: (nextToken: string | undefined) => Promise<Page>,
): Promise<{ readonly items: readonly string[]; readonly isCut: boolean }> {
  const all: string[] = [];
  let nextToken: string | undefined;
  for (let pages = 0; pages < MAX_PAGES; pages += 1) {
    const answer = await read(nextToken);
    checkAnswer(operation, page, answer);
    all.push(...(answer.items ?? []));
    nextToken = answer.nextToken;
    if (nextToken === undefined) break;
  }
  return { items: all, isCut: nextToken !== undefined };
}
