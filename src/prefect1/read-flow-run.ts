import * as z from 'zod/mini';
import type { UnreadableRun } from '../agent/prefect-backend.ts';
import { describeIssues } from '../describe-issues.ts';
import type { Prefect1FlowRun } from './flow-run.ts';
import { readPutBack, type SerializedState, serializedState } from './states.ts';

const json = z.record(z.string(), z.unknown(), 'expected an object');
const text = z.string('expected a string');
const number = z.number('expected a number');

const row = z.object({
  id: text,
  name: z.nullish(text),
  version: number,
  serialized_state: serializedState,
  run_config: z.nullish(json),
  flow: z.object(
    {
      id: text,
      name: text,
      version: z.nullish(z.union([number, text], 'expected a number')),
      storage: z.nullish(json),
      core_version: z.nullish(text),
    },
    'expected a flow',
  ),
  task_runs: z.array(
    z.object({
      id: text,
      version: number,
      serialized_state: z.catch(z.nullable(serializedState), null),
    }),
    'expected a list',
  ),
});

const identified = z.object({ id: text });

/** One row of `flow_run`, or why it can't be read: a bad row must not spoil the others. */
export function readFlowRun(
  value: unknown,
  nowMs: number,
): { readonly run: Prefect1FlowRun } | { readonly unreadable: UnreadableRun } | undefined {
  const identity = identified.safeParse(value);
  // Without an id there is nothing to fail and nobody to tell.
  if (!identity.success) return undefined;
  const { id } = identity.data;
  const parsed = row.safeParse(value);
  if (!parsed.success) return { unreadable: { id, reason: describeIssues(parsed.error) } };
  const { data } = parsed;
  const startTimeMs = readStartTime(data.serialized_state, nowMs);
  if (startTimeMs === undefined) {
    const reason = 'serialized_state.start_time: expected an ISO 8601 time';
    return { unreadable: { id, reason } };
  }
  const { flow } = data;
  const putBack = readPutBack(data.serialized_state);
  return {
    run: {
      id,
      name: data.name ?? id,
      startTimeMs,
      notBeforeMs: putBack && startTimeMs,
      dueSinceMs: putBack?.dueSinceMs,
      isRunning: data.serialized_state.type === 'Running',
      version: data.version,
      state: data.serialized_state,
      runConfig: data.run_config ?? null,
      flow: {
        id: flow.id,
        name: flow.name,
        version: flow.version ?? null,
        storage: flow.storage ?? null,
        coreVersion: flow.core_version ?? null,
      },
      taskRuns: data.task_runs.map((taskRun) => ({
        id: taskRun.id,
        version: taskRun.version,
        state: taskRun.serialized_state,
      })),
    },
  };
}

/** An instant as the API writes it. @returns milliseconds since the epoch; undefined: it is none. */
export function readInstant(value: unknown): number | undefined {
  if (typeof value !== 'string') return undefined;
  // Prefect takes a time without an offset for UTC; JavaScript takes it for local time.
  const ms = Date.parse(/(Z|[+-]\d\d:?\d\d)$/i.test(value) ? value : `${value}Z`);
  return Number.isNaN(ms) ? undefined : ms;
}

/** A run without a start time is due now, as for the genuine agent. A claimed one keeps that of before. */
function readStartTime(state: SerializedState, nowMs: number): number | undefined {
  const startTime = firstUnclaimed(state)?.start_time ?? null;
  return startTime === null ? nowMs : readInstant(startTime);
}

/** What a run was before it was claimed. In a loop: an answer may nest states deeper than the stack goes. */
function firstUnclaimed(state: SerializedState): SerializedState | undefined {
  let current: SerializedState | undefined = state;
  while (current?.type === 'Submitted') current = serializedState.safeParse(current.state).data;
  return current;
}
