import { expect, test } from 'vitest';
import { createFlow, createFlowRun, createTaskRun } from '../../../../src/sandbox/prefect1/seed.ts';
import {
  cancelFlowRun,
  setFlowRunState,
  setTaskRunState,
} from '../../../../src/sandbox/prefect1/set-state.ts';
import type { StateEvent } from '../../../../src/sandbox/prefect1/store.ts';
import { timestamptz } from '../../../../src/sandbox/prefect1/tables.ts';
import { at, newStore } from './new-store.ts';

function scheduledRun(versionLocking = false) {
  const { store, pass } = newStore(versionLocking);
  const flow = createFlow(store, { name: 'etl', tasks: [{ slug: 'extract-1' }, { slug: 'load-1' }] });
  const run = createFlowRun(store, { flowId: flow.id, startTime: at(10) });
  const [extract, load] = store.tables.task_run.values();
  if (extract === undefined || load === undefined) throw new Error('Expected a task run for each task');
  const set = (type: string, version?: number | null) =>
    setFlowRunState(store, { id: run.id, version, state: { type } });
  return { store, pass, run, extract, load, set };
}

test('a new flow run is Scheduled in version 1, and has a pending task run for each task', () => {
  const { run, extract, load } = scheduledRun();
  expect(run).toMatchObject({
    version: 1,
    state: 'Scheduled',
    state_message: 'Flow run scheduled.',
    state_start_time: timestamptz(at(10)),
    start_time: null,
  });
  for (const taskRun of [extract, load]) {
    expect(taskRun).toMatchObject({ flow_run_id: run.id, map_index: -1, version: 0, state: 'Pending' });
  }
});

test('the columns follow the state, and each change is a version', () => {
  const { run, set, pass } = scheduledRun();
  pass(10_000);
  set('Submitted');
  expect(run).toMatchObject({ version: 2, state_start_time: null });
  pass(20_000);
  set('Running');
  expect(run).toMatchObject({ version: 3, start_time: timestamptz(at(30)) });
  pass(5_000);
  set('Success');
  expect(run).toMatchObject({
    version: 4,
    state: 'Success',
    state_timestamp: timestamptz(at(35)),
    start_time: timestamptz(at(30)),
    serialized_state: { type: 'Success' },
  });
});

test('a run that runs again keeps its first start time', () => {
  const { run, set, pass } = scheduledRun();
  set('Running');
  set('Failed');
  pass(60_000);
  set('Running');
  expect(run).toMatchObject({ start_time: timestamptz(at(0)) });
});

test.each([
  [29_999, false],
  [30_000, true],
])('a run is submitted again after %i ms: %s', (ms, accepted) => {
  const { run, set, pass } = scheduledRun();
  set('Submitted');
  pass(ms);
  const again = () => set('Submitted');
  if (accepted) expect(again().version).toBe(3);
  else expect(again).toThrow('State update failed: this run has already been submitted.');
  expect(run.version).toBe(accepted ? 3 : 2);
});

test('the lock of one run is not that of another, and holds only for Submitted', () => {
  const { store, run, set } = scheduledRun();
  set('Submitted');
  const other = createFlowRun(store, { flowId: run.flow_id });
  setFlowRunState(store, { id: other.id, state: { type: 'Submitted' } });
  expect([other.state, set('Scheduled').state]).toEqual(['Submitted', 'Scheduled']);
});

test.each<[boolean, number | null, boolean]>([
  [false, 1, true],
  [false, 7, true],
  [true, 1, true],
  [true, 0, false],
  [true, 7, false],
  [true, null, true],
])(
  'version locking %s: version %s of a run in version 1 is accepted: %s',
  (versionLocking, version, accepted) => {
    const { run, set } = scheduledRun(versionLocking);
    if (accepted) set('Submitted', version);
    else {
      expect(() => set('Submitted', version)).toThrow(
        expect.objectContaining({ extensions: { code: 'VERSION_LOCKING_ERROR' } }),
      );
    }
    expect(run.state).toBe(accepted ? 'Submitted' : 'Scheduled');
  },
);

test('a claim refused for its version does not lock the run', () => {
  const { run, set } = scheduledRun(true);
  expect(() => set('Submitted', 7)).toThrow();
  set('Submitted', 1);
  expect(run.state).toBe('Submitted');
});

test.each([
  ['Submitted', false],
  ['Cancelling', false],
  ['Running', true],
])('while the flow run is %s a task run may be set Running: %s', (type, accepted) => {
  const { store, run, extract, set } = scheduledRun();
  set(type);
  const start = () => setTaskRunState(store, { id: extract.id, state: { type: 'Running' } });
  if (accepted) expect(start().state).toBe('Running');
  else {
    expect(start).toThrow(
      `State update failed for task run ID ${extract.id}: provided a running state but associated flow run ` +
        `${run.id} is not in a running state.`,
    );
  }
});

test('a task run keeps the inputs that were cached with its last state', () => {
  const { store, extract } = scheduledRun();
  const inputs = { x: { type: 'Result', location: 'there' } };
  setTaskRunState(store, { id: extract.id, state: { type: 'Retrying', cached_inputs: inputs } });
  setTaskRunState(store, { id: extract.id, state: { type: 'Failed' } });
  expect(extract.serialized_state.cached_inputs).toEqual(inputs);
});

test('Cancelled reaches the unfinished task runs, mapped ones too, and leaves the finished', () => {
  const { store, run, extract, load, set } = scheduledRun();
  const mapped = createTaskRun(store, run.id, load.task_id, 0);
  set('Running');
  setTaskRunState(store, { id: extract.id, state: { type: 'Success' } });
  set('Cancelled');
  expect([run.state, extract.state, load.state, mapped.state]).toEqual([
    'Cancelled',
    'Success',
    'Cancelled',
    'Cancelled',
  ]);
});

test.each([
  ['Scheduled', 'Cancelled'],
  ['Submitted', 'Cancelled'],
  ['Running', 'Cancelling'],
  ['Cancelling', 'Cancelling'],
  ['Failed', 'Failed'],
  ['Success', 'Success'],
])('cancelling a run that is %s makes it %s', (from, to) => {
  const { store, run, set } = scheduledRun();
  set(from);
  expect(cancelFlowRun(store, run.id).state).toBe(to);
});

test('a state of more than 1 MB is refused', () => {
  const { store, run } = scheduledRun();
  const state = (length: number) => ({ type: 'Failed', message: 'x'.repeat(length) });
  expect(() => setFlowRunState(store, { id: run.id, state: state(1_000_001) })).toThrow(
    'State payload is too large.',
  );
  expect(setFlowRunState(store, { id: run.id, state: state(999_000) }).state).toBe('Failed');
});

test('an unknown run is told by its id', () => {
  const { store } = newStore();
  const change = { id: 'nobody', state: { type: 'Running' } };
  expect(() => setFlowRunState(store, change)).toThrow('State update failed for flow run ID nobody');
  expect(() => setTaskRunState(store, change)).toThrow('State update failed for task run ID nobody');
  expect(() => cancelFlowRun(store, 'nobody')).toThrow('Invalid flow run ID: nobody.');
});

test('listeners are told of each state that is set, and of none that is refused', () => {
  const { store, run, extract, set } = scheduledRun();
  const events: StateEvent[] = [];
  store.stateListeners.add((event) => events.push(event));
  set('Submitted');
  expect(() => set('Submitted')).toThrow();
  setTaskRunState(store, { id: extract.id, state: { type: 'Skipped' } });
  expect(events).toMatchObject([
    { flowRunId: run.id, from: 'Scheduled', to: { type: 'Submitted' } },
    { flowRunId: run.id, taskRunId: extract.id, from: 'Pending', to: { type: 'Skipped' } },
  ]);
});
