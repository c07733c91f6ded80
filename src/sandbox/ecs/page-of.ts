import { EcsError } from './ecs-error.ts';

const PAGE = 100;

interface PageRequest {
  readonly maxResults?: number | undefined;
  readonly nextToken?: string | undefined;
}

/** A page of a list; the token is the place of the next one. @throws EcsError when AWS would refuse the request. */
export function pageOf(
  list: readonly string[],
  { maxResults = PAGE, nextToken = '0' }: PageRequest,
): { readonly items: string[]; readonly nextToken?: string } {
  if (maxResults < 1 || maxResults > PAGE) {
    refuse(`maxResults must be between 1 and ${PAGE}, got ${maxResults}.`);
  }
  if (!/^\d+$/.test(nextToken)) refuse('Invalid nextToken.');
  const start = Number(nextToken);
  const end = start + maxResults;
  return { items: list.slice(start, end), ...(end < list.length && { nextToken: String(end) }) };
}

function refuse(message: string): never {
  throw new EcsError('InvalidParameterException', message);
}
