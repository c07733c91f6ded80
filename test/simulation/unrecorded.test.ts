import { expect, test } from 'vitest';
import { VirtualClock } from '../support/virtual-clock.ts';
import { GENERATIONS } from '../../src/settings/generation.ts';
import { Records } from './records.ts';
import { Trace } from './trace.ts';
import { unrecorded } from './unrecorded.ts';
import { judge } from './verdict.ts';
import { World } from './world.ts';

const ID = 'run-1';
const CHANGE = { flowRunId: ID, what: ' Scheduled -> Pending', end: undefined, undoes: false } as const;
const TASK = { startedBy: `agent/${ID}`, containers: [{ exitCode: 0 }] };

function records(): Records {
  const kept = new Records(new Trace(new VirtualClock()));
  kept.created(ID, undefined);
  return kept;
}

test.each(GENERATIONS)('a story of Prefect %i in which no run was created fails', async (generation) => {
  const world = new World({ seed: 1, generation, kinds: new Set(), mutation: {}, stormMs: 0 });
  await judge(world);
  expect(world.trace.violations).toContain('invariant 0: no flow run was ever created');
});

test('a task without a state of its run is missed', () => {
  expect(unrecorded(records(), [TASK])).toMatch(/no state of a run was recorded/);
});

test('a flow process that ends well without having come is missed', () => {
  const kept = records();
  kept.stateChanged(CHANGE);
  expect(unrecorded(kept, [TASK])).toMatch(/none ever came/);
  kept.came(ID, 'task-1', true, 0);
  expect(unrecorded(kept, [TASK])).toBeUndefined();
});

test('nothing is missed while no task was launched, nor of a run that was cancelled', () => {
  const kept = records();
  expect(unrecorded(kept, [])).toBeUndefined();
  kept.stateChanged({ ...CHANGE, end: 'cancelled' });
  expect(unrecorded(kept, [TASK])).toBeUndefined();
});
