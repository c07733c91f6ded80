/** At a hundred items each, more than an account has. */
const MAX_PAGES = 100;

interface Page<T> {
  readonly items: readonly T[] | undefined;
  readonly nextToken: string | undefined;
}

/** Reads a list of AWS's page by page, a hundred pages at most. `isCut`: there were more. */
export async function listPages<T>(
  read: (nextToken: string | undefined) => Promise<Page<T>>,
): Promise<{ readonly items: readonly T[]; readonly isCut: boolean }> {
  const all: T[] = [];
  let nextToken: string | undefined;
  for (let pages = 0; pages < MAX_PAGES; pages += 1) {
    const page = await read(nextToken);
    all.push(...(page.items ?? []));
    nextToken = page.nextToken;
    if (nextToken === undefined) break;
  }
  return { items: all, isCut: nextToken !== undefined };
}
