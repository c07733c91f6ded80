import { describe, expect, test } from 'vitest';
import type { Fault } from '../../../src/sandbox/faults.ts';
import { deployed } from '../../support/deployed.ts';
import { never } from '../../support/prefect1.ts';

describe('launching that fails for a reason that lies in the agent', () => {
  const denied: Fault = {
    kind: 'error',
    type: 'AccessDeniedException',
    message: 'User is not authorized to perform: ecs:RunTask',
    when: 'before',
  };

  const failing = async () => {
    const state: { fault: Fault | undefined } = { fault: denied };
    const parts = await deployed(
      {},
      {
        faults: ({ operation }) => (operation === 'RunTask' ? state.fault : undefined),
        // Too short for waiting until runs that were put back are due again.
        timeoutMs: 35_000,
      },
    );
    const { sandbox, flow, poll, cool } = parts;
    const enqueue = (count: number) => {
      for (let i = 0; i < count; i += 1) sandbox.prefect1.createFlowRun({ flowId: flow.id });
    };
    const tried = () => sandbox.ecs.calls.RunTask ?? 0;
    /** A new sandbox each time, with three runs in the queue: one is tried. */
    const fail = async (times: number) => {
      for (let i = 0; i < times; i += 1) {
        enqueue(1);
        await cool();
        await poll();
      }
    };
    return { ...parts, state, enqueue, tried, fail };
  };

  test('opens the circuit with the third invocation in a row: health, the log and the result say so, though nothing is due any more', async () => {
    const { fail, poll, health, logs, tried } = await failing();
    await fail(3);
    expect(tried()).toBe(3);
    const expected =
      /^Nothing can be launched since .*Z, after 3 failures in a row: RunTask: AccessDeniedException/;
    const { result, error } = await poll();
    expect(error).toBeUndefined();
    expect(result.notes).toEqual([expect.stringMatching(expected)]);
    const { statusCode, body } = await health();
    expect(statusCode).toBe(503);
    expect(body.output).toMatch(expected);
    expect(logs.filter((line) => line.includes('after 3 failures in a row')).length).toBe(2);
  });

  test('is not said of two invocations', async () => {
    const { fail, poll, health } = await failing();
    await fail(2);
    expect((await poll()).result.notes).toEqual([]);
    expect(await health()).toMatchObject({ statusCode: 200 });
  });

  test('has one run tried by each invocation while it lasts, and ends with the first launch that works', async () => {
    const { fail, poll, health, state, enqueue, tried, sandbox } = await failing();
    await fail(3);
    enqueue(10);
    await poll();
    expect(tried()).toBe(4);
    expect(sandbox.prefect1.flowRuns().filter(({ version }) => version === 1)).toHaveLength(9);
    state.fault = undefined;
    expect((await poll()).result).toMatchObject({ claimed: 9, started: 9, notes: [] });
    expect(await health()).toMatchObject({ statusCode: 200 });
  });

  test('makes a warm function that has launched careful again, when another one met it', async () => {
    const { poll, state, enqueue, tried, control } = await failing();
    state.fault = undefined;
    enqueue(2);
    await poll();
    enqueue(5);
    state.fault = denied;
    await poll();
    const before = tried();
    await poll();
    enqueue(5);
    await poll();
    expect(tried()).toBe(before + 1);
    expect(await control.read(never)).toMatchObject({ circuit: { failures: 2 } });
  });
});
