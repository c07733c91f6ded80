import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { HeldRun } from '../../../src/agent/held-run.ts';
import type { Prefect1FlowRun } from '../../../src/prefect1/flow-run.ts';
import { anyJson, mutated } from '../../support/arbitrary.ts';
import { fuzz } from '../../support/fuzz.ts';
import { never } from '../../support/prefect1.ts';
import { answeringApi, good, orApiError, OURS, RUN_ROW, wire } from '../../support/prefect1-answers.ts';

const HELD_ROW = {
  ...RUN_ROW,
  state: 'Submitted',
  state_timestamp: '2026-11-23T12:00:00Z',
  serialized_state: OURS,
};

const RESUMING_ROW = {
  ...HELD_ROW,
  state: 'Running',
  serialized_state: { type: 'Running' },
  task_runs: [{ id: 'task-run-1', version: 1, serialized_state: OURS }],
};

const SWEEP_QUERY = { agent: 'agent', claimedBeforeMs: 0, cancelledAfterMs: 0, cancelledBeforeMs: 0 };

const options = fuzz(150);

/** What a sweep goes on with must be whole. */
function expectWhole(held: readonly HeldRun<Prefect1FlowRun>[]): void {
  for (const { run, version, sinceMs } of held) {
    expect([typeof run.id, typeof version, Number.isFinite(sinceMs)]).toEqual(['string', 'string', true]);
    expect(Number.isFinite(run.startTimeMs)).toBe(true);
  }
}

test('a sweep gives whole runs, or an error', async () => {
  const { answer, backend } = await answeringApi();
  const valid = {
    claimed: [HELD_ROW],
    resuming: [RESUMING_ROW],
    cancelled: [{ ...HELD_ROW, state: 'Cancelling' }],
  };
  await fc.assert(
    fc.asyncProperty(wire(valid), async (flow_run) => {
      answer({ flow_run });
      expectWhole((await orApiError(backend().backend.sweep(SWEEP_QUERY, never))) ?? []);
    }),
    options,
  );
});

test('a sweep that meets a row that can’t be read still finds the others', async () => {
  const { answer, backend } = await answeringApi();
  const other = { ...HELD_ROW, id: 'run-2' };
  await fc.assert(
    fc.asyncProperty(mutated(HELD_ROW), anyJson, async (bad, junk) => {
      answer({ flow_run: good({ claimed: [bad, other], resuming: [junk], cancelled: [] }) });
      const held = await backend().backend.sweep(SWEEP_QUERY, never);
      expect(held.map(({ run }) => run.id)).toContain('run-2');
    }),
    options,
  );
});

test('certain runs are held as whole runs, or there is an error', async () => {
  const { answer, backend } = await answeringApi();
  await fc.assert(
    fc.asyncProperty(wire({ flow_run: [HELD_ROW, RESUMING_ROW] }), async (flow_run) => {
      answer({ flow_run });
      expectWhole((await orApiError(backend().backend.held(['run-1'], 'agent', never))) ?? []);
    }),
    options,
  );
});
