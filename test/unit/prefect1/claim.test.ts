import { describe, expect, test } from 'vitest';
import { PrefectApiError } from '../../../src/errors.ts';
import { claimFlowRuns } from '../../../src/prefect1/claim.ts';
import type { Prefect1FlowRun, TaskRun } from '../../../src/prefect1/flow-run.ts';
import { claimState, type SerializedState } from '../../../src/prefect1/states.ts';
import { ACCEPTED, refusedAs, scheduledRun, scriptedClient } from '../../support/scripted-prefect1.ts';

const claimant = { agent: 'agent', invocation: '1' };

const lostAnswer = new PrefectApiError('The connection broke.', { effect: 'unknown', transient: true });
const forbidden = new PrefectApiError('HTTP 403.', { effect: 'none', transient: false });

const taskRun = (id: string, type: string | null = 'Retrying'): TaskRun => ({
  id,
  version: 2,
  state: type === null ? null : { type },
});

const running = (id: string, ...taskRuns: TaskRun[]): Prefect1FlowRun =>
  scheduledRun(id, { state: { type: 'Running' }, taskRuns });

async function claim(runs: readonly Prefect1FlowRun[], answers: Parameters<typeof scriptedClient>[0] = {}) {
  const { client, sent, names } = scriptedClient(answers);
  const claims = await claimFlowRuns({ client }, runs, claimant, new AbortController().signal);
  return { claims, sent, names: names() };
}

/** The changes that a request asks for. */
const changesOf = (sent: Awaited<ReturnType<typeof claim>>['sent'], name: string) =>
  sent
    .filter((one) => one.name === name)
    .map(({ variables }) =>
      Object.values(variables).map((input) => (input as { states: [Record<string, unknown>] }).states[0]),
    );

const rowOf = (id: string, state: SerializedState) => ({ id, version: 2, serialized_state: state });

const own = claimState(claimant, '1', { type: 'Scheduled' }, '');
const others = claimState({ agent: 'agent', invocation: '0' }, '1', { type: 'Scheduled' }, '');

test('Scheduled runs are claimed as a whole, and Running ones by the first of their due task runs', async () => {
  const { claims, sent, names } = await claim([
    running('r', taskRun('b'), taskRun('a', 'Running'), taskRun('c'), taskRun('0', null)),
    scheduledRun('s', { version: 4 }),
    scheduledRun('q', { state: { type: 'Queued' } }),
  ]);
  expect(claims).toMatchObject([
    { kind: 'claimed', run: { id: 'r', claimKey: 'b:2' } },
    { kind: 'claimed', run: { id: 's', claimKey: '4' } },
    { kind: 'claimed', run: { id: 'q', claimKey: '1' } },
  ]);
  expect(names).toEqual(['set_flow_run_states', 'set_task_run_states', 'set_task_run_states']);
  const message = 'Submitted for execution';
  expect(changesOf(sent, 'set_flow_run_states')).toEqual([
    [
      { flow_run_id: 's', version: 4, state: claimState(claimant, '4', { type: 'Scheduled' }, message) },
      { flow_run_id: 'q', version: 1, state: claimState(claimant, '1', { type: 'Queued' }, message) },
    ],
  ]);
  const state = claimState(claimant, 'b:2', { type: 'Retrying' }, 'Submitted for execution.');
  expect(changesOf(sent, 'set_task_run_states')).toEqual([
    [{ task_run_id: 'b', version: 2, state }],
    [{ task_run_id: 'c', version: 2, state }],
  ]);
});

test.each([
  [['a', 'b', 'c'], 'a'],
  [['b', 'c', 'a'], 'a'],
  [['c', 'b', 'a'], 'a'],
])('the smallest of the task runs %j is the key', async (ids, first) => {
  const { claims } = await claim([running('r', ...ids.map((id) => taskRun(id)))]);
  expect(claims).toMatchObject([{ run: { claimKey: `${first}:2` } }]);
});

test('the due task runs of a Scheduled run are submitted with it, all of them', async () => {
  const taskRuns = Array.from({ length: 51 }, (_, i) => taskRun(`t${i + 10}`));
  const { sent } = await claim([scheduledRun('s', { taskRuns })]);
  expect(changesOf(sent, 'set_task_run_states').map(({ length }) => length)).toEqual([50, 1]);
});

test.each(['Pending', 'Submitted', 'Success'])('a %s run is not claimed for its task runs', async (type) => {
  const { claims, names } = await claim([scheduledRun('x', { state: { type }, taskRuns: [taskRun('a')] })]);
  expect(claims).toMatchObject([{ kind: 'lost', reason: `A ${type} run has nothing to launch` }]);
  expect(names).toEqual([]);
});

test('the task runs of a run that another has won are left alone', async () => {
  const { claims, names } = await claim([scheduledRun('s', { taskRuns: [taskRun('a')] })], {
    set_flow_run_states: () => refusedAs('s0', 'State update failed: too soon'),
  });
  expect(claims).toMatchObject([{ kind: 'lost', reason: 'State update failed: too soon' }]);
  expect(names).toEqual(['set_flow_run_states']);
});

test('what becomes of the other task runs does not change the claim', async () => {
  const { claims } = await claim([scheduledRun('s', { taskRuns: [taskRun('a')] })], {
    set_task_run_states: () => lostAnswer,
  });
  expect(claims).toMatchObject([{ kind: 'claimed' }]);
});

test('an API that takes no claims refuses them, and nothing is read back', async () => {
  const { claims, names } = await claim([scheduledRun('s')], { set_flow_run_states: () => forbidden });
  expect(claims).toMatchObject([{ kind: 'refused', reason: 'HTTP 403.' }]);
  expect(names).toEqual(['set_flow_run_states']);
});

describe('a claim whose answer was lost', () => {
  test('is ours if the run says so, and lost if it does not', async () => {
    const { claims, sent } = await claim([scheduledRun('a'), scheduledRun('b'), scheduledRun('c')], {
      set_flow_run_states: () => lostAnswer,
      'flow_run (state)': () => ({ flow_run: [rowOf('a', own), rowOf('b', others)] }),
    });
    expect(claims).toMatchObject([
      { kind: 'claimed', run: { id: 'a' } },
      { kind: 'lost', reason: 'The connection broke.' },
      { kind: 'lost', reason: 'The connection broke.' },
    ]);
    expect(sent[1]?.variables).toEqual({ ids: ['a', 'b', 'c'] });
  });

  test('is ours if the task run says so', async () => {
    const { claims, names, sent } = await claim([running('r', taskRun('a'))], {
      set_task_run_states: () => lostAnswer,
      'task_run (state)': () => ({ task_run: [rowOf('a', own)] }),
    });
    expect(claims).toMatchObject([{ kind: 'claimed' }]);
    expect(names).toEqual(['set_task_run_states', 'task_run (state)']);
    expect(sent[1]?.variables).toEqual({ ids: ['a'] });
  });

  test('is read back alone, and says nothing of those that were answered', async () => {
    const { claims, sent } = await claim([scheduledRun('a'), scheduledRun('b'), scheduledRun('c')], {
      set_flow_run_states: () => ({
        data: { s0: ACCEPTED },
        errors: [{ alias: 's2', message: 'State update failed', code: undefined }],
      }),
      'flow_run (state)': () => ({ flow_run: [rowOf('b', own), rowOf('c', own)] }),
    });
    expect(claims.map(({ kind }) => kind)).toEqual(['claimed', 'claimed', 'lost']);
    expect(sent[1]?.variables).toEqual({ ids: ['b'] });
  });

  test('and that can’t be read back is nobody’s to call lost', async () => {
    const { claims } = await claim([scheduledRun('a')], {
      set_flow_run_states: () => lostAnswer,
      'flow_run (state)': () => lostAnswer,
    });
    expect(claims).toMatchObject([{ kind: 'unknown', reason: 'The connection broke.' }]);
  });
});

test.each(['set_flow_run_states', 'flow_run (state)'])(
  'a mistake of the agent’s own is not taken for the API’s: %s',
  async (name) => {
    const answers = {
      set_flow_run_states: () => lostAnswer,
      'flow_run (state)': () => ({ flow_run: [] }),
      [name]: () => new TypeError('bug'),
    };
    await expect(claim([scheduledRun('a')], answers)).rejects.toThrow(TypeError);
  },
);
