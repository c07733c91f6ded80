import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SettingsError } from '../../../src/errors.ts';
import { parsePollEvent } from '../../../src/functions/poll-event.ts';
import { parseTaskStopped } from '../../../src/functions/task-stopped-event.ts';
import { anyJson, mutated } from '../../support/arbitrary.ts';
import { fuzz } from '../../support/fuzz.ts';

const TICK = { source: 'aws.events', 'detail-type': 'Scheduled Event', detail: {} };
const STOPPED = {
  source: 'aws.ecs',
  'detail-type': 'ECS Task State Change',
  detail: { clusterArn: 'cluster-arn', taskArn: 'task-arn', lastStatus: 'STOPPED' },
};

const event = fc.oneof(anyJson, mutated({ maxPolls: 3, dryRun: true }), mutated(TICK), mutated(STOPPED));

test('any event asks for a poll, or is refused by the name of its field', () => {
  fc.assert(
    fc.property(event, (given) => {
      try {
        const { maxPolls = 1, dryRun = false } = parsePollEvent(given);
        expect([Number.isInteger(maxPolls), maxPolls >= 1, typeof dryRun]).toEqual([true, true, 'boolean']);
      } catch (error) {
        if (!(error instanceof SettingsError)) throw error;
        expect(error.message).toMatch(/maxPolls: |dryRun: |unknown field |expected an object/);
      }
    }),
    fuzz(1000),
  );
});

test('any event names a task that has stopped, or none', () => {
  fc.assert(
    fc.property(event, (given) => {
      const { clusterArn, taskArn } = parseTaskStopped(given) ?? { clusterArn: '', taskArn: '' };
      expect([typeof clusterArn, typeof taskArn]).toEqual(['string', 'string']);
    }),
    fuzz(1000),
  );
});
