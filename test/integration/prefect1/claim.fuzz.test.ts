import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Claim } from '../../../src/agent/prefect-backend.ts';
import type { Prefect1FlowRun } from '../../../src/prefect1/flow-run.ts';
import { fuzz } from '../../support/fuzz.ts';
import { type backendFor, CLAIMANT, KEY, never } from '../../support/prefect1.ts';
import { answeringApi, good, OURS, wire } from '../../support/prefect1-answers.ts';
import { run as flowRun } from '../../support/task-request.ts';

const STATE_ROWS = {
  flow_run: ['run-1', 'run-2'].map((id) => ({ id, version: 2, state: 'Submitted', serialized_state: OURS })),
};

const SUBMITTED = {
  s0: { states: [{ id: 'run-1', status: 'SUCCESS', message: null }] },
  s1: { states: [{ id: 'run-2', status: 'SUCCESS', message: null }] },
};

const options = fuzz(150);

const claims = (
  backend: ReturnType<typeof backendFor>['backend'],
): Promise<readonly Claim<Prefect1FlowRun>[]> =>
  backend.claim([{ ...flowRun(null) }, { ...flowRun(null), id: 'run-2' }], CLAIMANT, never);

test('a claim is answered for each run, whatever the API answers', async () => {
  const { answer, backend } = await answeringApi();
  const answers = fc.record({ set_flow_run_states: wire(SUBMITTED), flow_run: wire(STATE_ROWS) });
  await fc.assert(
    fc.asyncProperty(answers, async (given) => {
      answer(given);
      const answered = await claims(backend().backend);
      expect(answered.map(({ run }) => run.id)).toEqual(['run-1', 'run-2']);
      expect(JSON.stringify(answered)).not.toContain(KEY);
    }),
    options,
  );
});

test('a run that the API says is claimed by us is never taken for lost, however the claim was answered', async () => {
  const { answer, backend } = await answeringApi();
  // An API that asks to be left alone is not even asked whose the claim is.
  const unclear = wire(SUBMITTED)
    .filter(({ status }) => status === 200 || status >= 500)
    .map((answer) => ({ ...answer, retryAfter: '' }));
  await fc.assert(
    fc.asyncProperty(unclear, async (set_flow_run_states) => {
      answer({ set_flow_run_states, flow_run: good(STATE_ROWS) });
      for (const { kind, ...rest } of await claims(backend().backend)) {
        // A clear refusal of the server comes before anything is written.
        const refused = 'reason' in rest && /The server answered|The API refused the key/.test(rest.reason);
        if (!refused) expect(kind).toBe('claimed');
      }
    }),
    options,
  );
});

test('a settlement is answered for each run, whatever the API answers', async () => {
  const { answer, backend } = await answeringApi();
  const answers = fc.record({ set_flow_run_states: wire(SUBMITTED), flow_run: wire(STATE_ROWS) });
  const settlement = (flowRunId: string) =>
    ({ kind: 'failed', held: 'claimed', flowRunId, reason: 'bad image' }) as const;
  await fc.assert(
    fc.asyncProperty(answers, async (given) => {
      answer(given);
      const results = await backend().backend.settle(
        [settlement('run-1'), settlement('run-2')],
        CLAIMANT,
        never,
      );
      expect(results).toHaveLength(2);
      for (const result of results) expect(['done', 'moved-on', 'unknown']).toContain(result.kind);
      expect(JSON.stringify(results)).not.toContain(KEY);
    }),
    options,
  );
});
