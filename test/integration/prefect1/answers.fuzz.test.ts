import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mutated } from '../../support/arbitrary.ts';
import { fuzz } from '../../support/fuzz.ts';
import { backendFor, CLAIMANT, cloud, IDENTITY, never } from '../../support/prefect1.ts';
import { answeringApi, good, orApiError, RUN_ROW, TENANT_ID, wire } from '../../support/prefect1-answers.ts';

const QUERY = {
  labels: ['a'],
  beforeMs: 0,
  except: new Set(Array.from({ length: 25 }, (_, i) => `known-${i}`)),
};

const QUEUE = { get_runs_in_queue: { flow_run_ids: ['run-1', 'run-2'] } };

const options = fuzz(150);

test('connect works or says what the API answered', async () => {
  const { answer, endpoint } = await answeringApi();
  const answers = fc.record({
    auth_info: wire({ auth_info: { tenant_id: TENANT_ID } }),
    register_agent: wire({ register_agent: { id: 'agent-1' } }),
    hello: wire({ hello: 'hello' }),
    agent_config: wire({ agent_config: [{ settings: {} }] }),
  });
  const identity = { ...IDENTITY, agentConfigId: 'config-1' };
  await fc.assert(
    fc.asyncProperty(answers, fc.constantFrom('server', 'cloud'), async (given, kind) => {
      answer({ ...given, tenant: given.auth_info });
      const { backend } = backendFor(endpoint, { ...cloud, backend: kind });
      await orApiError(backend.connect(identity, never));
      expect(['string', 'undefined']).toContain(typeof backend.tenantId);
    }),
    options,
  );
});

test('a server’s list of tenants may be anything', async () => {
  const { answer, endpoint } = await answeringApi();
  await fc.assert(
    fc.asyncProperty(wire({ tenant: [{ id: TENANT_ID }] }), async (tenant) => {
      answer({ tenant, register_agent: good({ register_agent: { id: 'agent-1' } }) });
      const { backend } = backendFor(endpoint, { ...cloud, backend: 'server' });
      await orApiError(backend.connect(IDENTITY, never));
      expect(['string', 'undefined']).toContain(typeof backend.tenantId);
    }),
    options,
  );
});

test('a look gives runs, or runs that can’t be read with the reason, or an error', async () => {
  const { answer, backend } = await answeringApi();
  const answers = fc.record({
    get_runs_in_queue: fc.oneof(wire(QUEUE), fc.constant(good(QUEUE))),
    flow_run: wire({ flow_run: [RUN_ROW, { ...RUN_ROW, id: 'run-2' }] }),
  });
  await fc.assert(
    fc.asyncProperty(answers, async (given) => {
      answer(given);
      const found = await orApiError(backend().backend.look(QUERY, never));
      for (const { id, startTimeMs, dueSinceMs = 0 } of found?.runs ?? []) {
        expect(typeof id).toBe('string');
        for (const ms of [startTimeMs, dueSinceMs]) expect(new Date(ms).toJSON()).toMatch(/Z$/);
      }
      for (const { reason } of found?.unreadable ?? []) expect(reason).toMatch(/\S/);
    }),
    options,
  );
});

test('a row that can’t be read does not spoil the other', async () => {
  const { answer, backend } = await answeringApi();
  const row = mutated(RUN_ROW).filter((value) => (value as { id?: unknown } | null)?.id !== 'run-2');
  await fc.assert(
    fc.asyncProperty(row, async (bad) => {
      answer({
        get_runs_in_queue: good(QUEUE),
        flow_run: good({ flow_run: [bad, { ...RUN_ROW, id: 'run-2' }] }),
      });
      const { runs } = await backend().backend.look(QUERY, never);
      expect(runs.map(({ id }) => id)).toContain('run-2');
    }),
    options,
  );
});

test('the queue beyond a full page of known runs may be anything', async () => {
  const { answer, backend } = await answeringApi();
  const full = good({ get_runs_in_queue: { flow_run_ids: [...QUERY.except] } });
  await fc.assert(
    fc.asyncProperty(wire({ flow_run: [{ id: 'run-1', labels: ['a'] }] }), async (flow_run) => {
      answer({ get_runs_in_queue: full, flow_run });
      await orApiError(backend().backend.look(QUERY, never));
    }),
    options,
  );
});

test('a log is written, or the error is one of the API', async () => {
  const { answer, backend } = await answeringApi();
  const line = { flowRunId: 'run-1', level: 'INFO', message: 'x' } as const;
  await fc.assert(
    fc.asyncProperty(wire({ write_run_logs: { success: true } }), async (write_run_logs) => {
      answer({ write_run_logs });
      await orApiError(backend().backend.log([line], CLAIMANT, never));
    }),
    options,
  );
});
