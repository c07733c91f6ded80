import { expect, test } from 'vitest';
import { agentMayTake, runsInQueue } from '../../../../src/sandbox/prefect1/runs-in-queue.ts';
import { createFlow, createFlowRun, createTenant } from '../../../../src/sandbox/prefect1/seed.ts';
import type { NewFlowRun } from '../../../../src/sandbox/prefect1/seed.ts';
import { setFlowRunState, setTaskRunState } from '../../../../src/sandbox/prefect1/set-state.ts';
import { timestamptz } from '../../../../src/sandbox/prefect1/tables.ts';
import { at, newStore } from './new-store.ts';

test.each<[string[], string[], boolean]>([
  [[], [], true],
  [[], ['prod'], false],
  [['prod'], [], false],
  [['prod'], ['prod'], true],
  [['prod'], ['prod', 'eu'], true],
  [['prod', 'eu'], ['prod'], false],
  [['prod', 'eu'], ['eu', 'prod'], true],
  [['Prod'], ['prod'], false],
])('a run labelled %j is one for an agent labelled %j: %s', (run, agent, expected) => {
  expect(agentMayTake(run, agent)).toBe(expected);
});

function queue() {
  const { store } = newStore();
  const tenantId = createTenant(store).id;
  const flowId = createFlow(store, { name: 'etl', tasks: [{ slug: 'load-1' }] }).id;
  return {
    store,
    add: (name: string, seconds: number, more: Partial<NewFlowRun> = {}) =>
      createFlowRun(store, { flowId, name, startTime: at(seconds), ...more }),
    look: (seconds: number, labels: string[] = []) =>
      runsInQueue(store, { tenantId, before: timestamptz(at(seconds)), labels }).map(
        (id) => store.tables.flow_run.get(id)?.name,
      ),
  };
}

test('runs that are due come by start time, up to and with the given instant', () => {
  const { add, look } = queue();
  add('late', 20);
  add('soon', 10);
  add('early', -5);
  expect(look(10)).toEqual(['early', 'soon']);
});

test.each([
  ['Scheduled', true],
  ['Retrying', true],
  ['Resume', true],
  ['Queued', true],
  ['Paused', true],
  ['Pending', false],
  ['Submitted', false],
  ['Running', false],
  ['Success', false],
])('a run that is %s and started before now is due: %s', (type, due) => {
  const { add, look } = queue();
  add('run', 0, { state: { type, start_time: at(-1) } });
  expect(look(0)).toEqual(due ? ['run'] : []);
});

test('a pause without end is never due', () => {
  const { add, look } = queue();
  add('run', 0, { state: { type: 'Paused' } });
  expect(look(3600)).toEqual([]);
});

test('a running run is due, after the scheduled ones, when one of its task runs is', () => {
  const { store, add, look } = queue();
  const run = add('running', -60);
  add('scheduled', 0);
  setFlowRunState(store, { id: run.id, state: { type: 'Running' } });
  const [taskRun] = store.tables.task_run.values();
  setTaskRunState(store, { id: taskRun?.id ?? '', state: { type: 'Retrying', start_time: at(5) } });
  expect(look(4)).toEqual(['scheduled']);
  expect(look(5)).toEqual(['scheduled', 'running']);
});

test('25 runs are given at most', () => {
  const { add, look } = queue();
  for (let second = 30; second > 0; second -= 1) add(String(second), second);
  expect(look(100)).toEqual(Array.from({ length: 25 }, (_, index) => String(index + 1)));
});

test.each([
  [74, ['mine']],
  [75, []],
])('%s earlier runs of other agents leave an agent %j', (count, expected) => {
  const { add, look } = queue();
  for (let index = 0; index < count; index += 1) add('theirs', 0, { labels: ['other'] });
  add('mine', 1, { labels: ['prod'] });
  expect(look(10, ['prod'])).toEqual(expected);
});

test('another tenant sees nothing', () => {
  const { store, add } = queue();
  add('run', 0);
  const tenantId = createTenant(store).id;
  expect(runsInQueue(store, { tenantId, before: timestamptz(at(10)), labels: [] })).toEqual([]);
});
