import * as z from 'zod/mini';

/** A point in time as the API writes it: UTC, in microseconds, without a fraction when it is zero. */
export type Timestamp = string;

export function timestamp(ms: number): Timestamp {
  return normalized(new Date(ms).toISOString());
}

/** A point in time as clients write it; what comes out is a `Timestamp` with the microseconds that were given. */
export const moment = z.pipe(
  z
    .string()
    .check(
      z.refine(
        (text) => !Number.isNaN(Date.parse(text.replace(' ', 'T'))),
        'Input should be a valid datetime',
      ),
    ),
  z.transform((text) => normalized(text.replace(' ', 'T'))),
);

function normalized(text: string): Timestamp {
  const fraction = (/\.(\d+)/.exec(text)?.[1] ?? '').padEnd(6, '0').slice(0, 6);
  // Offsets are whole minutes, so the fraction is the same in UTC.
  const seconds = new Date(Date.parse(text)).toISOString().slice(0, 19);
  return fraction === '000000' ? `${seconds}Z` : `${seconds}.${fraction}Z`;
}
