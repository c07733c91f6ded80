import type * as z from 'zod/mini';

/** What zod found wrong, on one line: each field's path and what was expected of it. Never the values. */
export function describeIssues({ issues }: z.core.$ZodError): string {
  return issues
    .map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`))
    .join('; ');
}
