import type { UnreadableRun } from '../agent/prefect-backend.ts';
import { describeIssues } from '../describe-issues.ts';
import type { Directory } from './directory.ts';
import type { Prefect3FlowRun } from './flow-run.ts';
import { type FlowRunRow, flowRunRow, identified, type State } from './schemas.ts';
import { readPutBack } from './states.ts';

/** A row, or why it can't be read: a bad row must not spoil the others. undefined: it does not even have an id. */
export function readRow(
  value: unknown,
): { readonly row: FlowRunRow } | { readonly unreadable: UnreadableRun } | undefined {
  const identity = identified.safeParse(value);
  // Without an id there is nothing to fail and nobody to tell.
  if (!identity.success) return undefined;
  const parsed = flowRunRow.safeParse(value);
  if (parsed.success) return { row: parsed.data };
  return { unreadable: { id: identity.data.id, reason: describeIssues(parsed.error) } };
}

/** The rows that can be read. */
export function readRows(values: readonly unknown[]): readonly FlowRunRow[] {
  return values.flatMap((value) => {
    const read = readRow(value);
    return read !== undefined && 'row' in read ? [read.row] : [];
  });
}

/** The states in which a run waits for a time of its own: it is not launched ahead of it. */
const WAITING = new Set(['AwaitingRetry', 'AwaitingConcurrencySlot']);

/**
 * A flow run, with its flow and deployment.
 * @param state that it is in, where it was read.
 */
export function toFlowRun(
  row: FlowRunRow,
  state: State | undefined,
  directory: Directory,
  nowMs: number,
): Prefect3FlowRun {
  const { next_scheduled_start_time: next, expected_start_time: expected } = row;
  const time = next ?? state?.state_details?.scheduled_time ?? expected;
  const startTimeMs = time == null ? nowMs : Date.parse(time);
  const putBack = state && readPutBack(state);
  const deployment = directory.deployment(row.deployment_id);
  // A slot that is taken ahead is kept from others, and a run that finds none is put off, or cancelled, then and there.
  const waits = WAITING.has(row.state_name ?? '') || deployment?.isLimited === true;
  return {
    id: row.id,
    name: row.name ?? row.id,
    startTimeMs,
    notBeforeMs: waits ? startTimeMs : undefined,
    dueSinceMs: putBack?.dueSinceMs,
    isPutBack: putBack !== undefined,
    flow: directory.flow(row.flow_id),
    deployment,
    missingDeployment: deployment === undefined ? (row.deployment_id ?? undefined) : undefined,
    jobVariables: row.job_variables ?? {},
    stateId: row.state_id ?? '',
    infrastructurePid: row.infrastructure_pid ?? undefined,
  };
}
