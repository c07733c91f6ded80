import { describe, expect, test } from 'vitest';
import type { Fault } from '../../../src/sandbox/faults.ts';
import { deployed } from '../../support/deployed.ts';
import { never } from '../../support/prefect1.ts';

describe('a Prefect API that asks to be left alone for longer than an invocation waits', () => {
  const limited = async () => {
    const state: { fault: Fault | undefined } = {
      fault: { kind: 'status', status: 429, headers: { 'retry-after': '600' }, when: 'before' },
    };
    const parts = await deployed(
      {},
      {
        faults: ({ service }) => (service === 'prefect' ? state.fault : undefined),
      },
    );
    return { ...parts, state, requests: () => parts.sandbox.prefect1.requests.length };
  };

  test('fails one invocation; those before the moment end at once without a request, in a new sandbox too', async () => {
    const { poll, cool, requests, logs } = await limited();
    expect((await poll()).error?.errorMessage).toContain('HTTP 429');
    const asked = requests();
    await cool();
    const { result, error } = await poll();
    expect(error).toBeUndefined();
    expect(result).toMatchObject({ dryRun: false, polls: 0, calls: { prefect: {} } });
    expect(result.notes).toEqual([
      expect.stringMatching(/^Prefect asked to be left alone until \d{4}-.*Z\.$/),
    ]);
    expect((await poll({ dryRun: true })).result).toMatchObject({
      dryRun: true,
      runs: [],
      notes: result.notes,
    });
    expect(requests()).toBe(asked);
    expect(logs.filter((line) => line.includes('left alone until')).length).toBeGreaterThan(2);
  });

  test('is no reason for alarm while the last success is not too old, and no success either', async () => {
    const { state, poll, health, control, remember } = await limited();
    const { fault } = state;
    state.fault = undefined;
    await poll();
    state.fault = fault;
    await poll();
    expect(await health()).toMatchObject({ statusCode: 200 });
    await remember({ lastSuccessMs: Date.now() - 180_000 });
    await poll();
    const { statusCode, body } = await health();
    expect(statusCode).toBe(503);
    expect(body.output).toMatch(
      /^Prefect asked to be left alone until .*Z\. The last successful poll ended 18\d s ago/,
    );
    expect((await control.read(never)).lastFailure).toBeUndefined();
  });

  test('is asked again after the moment, and nobody has to do anything', async () => {
    const { sandbox, state, poll, health, flow, remember } = await limited();
    sandbox.prefect1.createFlowRun({ flowId: flow.id });
    await poll();
    state.fault = undefined;
    await remember({ notBeforeMs: Date.now() - 1 });
    expect((await poll()).result).toMatchObject({ started: 1, notes: [] });
    expect(await health()).toMatchObject({ statusCode: 200 });
  });
});
