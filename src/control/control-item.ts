import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import * as z from 'zod/mini';
import {
  type ControlRecord,
  EMPTY_RECORD,
  type Pause,
  type PollMemory,
  type Stops,
} from './control-record.ts';
import { describeIssues } from '../describe-issues.ts';
import { AwsError } from '../errors.ts';

type Item = Record<string, AttributeValue>;

const number = z.pipe(
  z.object({ N: z.string('expected a number') }, 'expected a number'),
  z.transform(({ N }) => Number(N)),
);

const text = z.pipe(
  z.object({ S: z.string('expected a string') }, 'expected a string'),
  z.transform(({ S }) => S),
);

const circuit = z.pipe(
  z.object(
    { M: z.object({ failures: number, reason: text, openedAtMs: z.optional(number) }, 'expected a map') },
    'expected a map',
  ),
  z.transform(({ M }) => ({ ...M, openedAtMs: M.openedAtMs })),
);

const pause = z.pipe(
  z.object(
    { M: z.object({ sinceMs: number, reason: z.optional(text) }, 'expected a map') },
    'expected a map',
  ),
  z.transform(({ M }) => ({ ...M, reason: M.reason })),
);

const stops = z.pipe(
  z.object(
    {
      M: z.object(
        { count: number, reason: text, sinceMs: z.optional(number), lastMs: number },
        'expected a map',
      ),
    },
    'expected a map',
  ),
  // Releases before this one did not write since when.
  z.transform(({ M }) => ({ ...M, sinceMs: M.sinceMs ?? M.lastMs })),
);

const item = z.object({
  lastPollMs: z.exactOptional(number),
  lastSuccessMs: z.exactOptional(number),
  lastFailure: z.exactOptional(text),
  notBeforeMs: z.exactOptional(number),
  circuit: z.exactOptional(circuit),
  pollingUntilMs: z.exactOptional(number),
  pokes: z.exactOptional(number),
  paused: z.exactOptional(pause),
  stops: z.exactOptional(stops),
});

/** Reasons come from outside and may be long. */
const MAX_TEXT_LENGTH = 1000;

/** The record that a table's item holds; no item is that of a new deployment. @throws AwsError */
export function recordOf(table: string, found: Item = {}): ControlRecord {
  const parsed = item.safeParse(found);
  if (!parsed.success) {
    throw new AwsError(
      `The control record in the table ${table} is damaged: ${describeIssues(parsed.error)}. Delete the item; the next poll writes a new one.`,
    );
  }
  return { ...EMPTY_RECORD, ...parsed.data };
}

/** What polls write, as attributes; undefined: the attribute goes. */
export function memoryAttributes(memory: PollMemory): Record<keyof PollMemory, AttributeValue | undefined> {
  const { lastPollMs, lastSuccessMs, lastFailure, notBeforeMs, circuit: open, pollingUntilMs } = memory;
  return {
    lastPollMs: numberOf(lastPollMs),
    lastSuccessMs: numberOf(lastSuccessMs),
    lastFailure: textOf(lastFailure),
    notBeforeMs: numberOf(notBeforeMs),
    circuit:
      open &&
      mapOf({
        failures: numberOf(open.failures),
        reason: textOf(open.reason),
        openedAtMs: numberOf(open.openedAtMs),
      }),
    pollingUntilMs: numberOf(pollingUntilMs),
  };
}

export function pauseAttribute({ sinceMs, reason }: Pause): AttributeValue {
  return mapOf({ sinceMs: numberOf(sinceMs), reason: textOf(reason) });
}

export function stopsAttribute({ count, reason, sinceMs, lastMs }: Stops): AttributeValue {
  return mapOf({
    count: numberOf(count),
    reason: textOf(reason),
    sinceMs: numberOf(sinceMs),
    lastMs: numberOf(lastMs),
  });
}

export function numberOf(value: number | undefined): AttributeValue | undefined {
  return value === undefined ? undefined : { N: String(value) };
}

function textOf(value: string | undefined): AttributeValue | undefined {
  return value === undefined ? undefined : { S: value.slice(0, MAX_TEXT_LENGTH) };
}

function mapOf(attributes: Readonly<Record<string, AttributeValue | undefined>>): AttributeValue {
  const entries = Object.entries(attributes);
  return {
    M: Object.fromEntries(entries.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))),
  };
}
