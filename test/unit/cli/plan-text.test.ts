import picocolors from 'picocolors';
import { expect, test } from 'vitest';
import { planText, type ShownRun } from '../../../src/cli/plan-text.ts';

const plain = picocolors.createColors(false);
const nowMs = Date.parse('2026-11-23T12:00:02Z');
const run = { flowRunId: 'id-1', name: 'owl', startTime: '2026-11-23T12:00:00.000Z' };

test('a run is a block: its start, its task definition with images and roles, its network, its overrides', () => {
  const launched: ShownRun = {
    ...run,
    action: 'launch',
    taskDefinition: 'prefect-etl-1',
    definition: { images: ['etl:1', 'redis:7'], executionRoleArn: 'arn:exec' },
    runTask: {
      cluster: 'c',
      launchType: undefined,
      networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-1'], assignPublicIp: 'ENABLED' } },
      tags: [],
      overrides: {
        cpu: '512',
        containerOverrides: [
          { name: 'flow', command: ['sh', '-c', 'x y'], environment: [{ name: 'A', value: 'b' }] },
        ],
      },
    },
  };
  expect(planText([launched], nowMs, plain)).toBe(
    [
      'owl id-1',
      '  starts: 2026-11-23T12:00:00.000Z, 2.0 s ago',
      '  taskDefinition: prefect-etl-1',
      '  images: [ etl:1, redis:7 ]',
      '  executionRoleArn: arn:exec',
      '  cluster: c',
      '  networkConfiguration:',
      '    awsvpcConfiguration:',
      '      subnets: [ subnet-1 ]',
      '      assignPublicIp: ENABLED',
      '  overrides:',
      '    cpu: "512"',
      '    containerOverrides:',
      '      - name: flow',
      '        command: [ sh, -c, x y ]',
      '        environment:',
      '          - { name: A, value: b }',
      '',
      '1 flow run is due.',
      '',
    ].join('\n'),
  );
});

test('a run that would be failed says why', () => {
  const failing: ShownRun = { ...run, action: 'fail', reason: 'no image' };
  expect(planText([failing, { ...failing, startTime: '' }], nowMs, plain)).toBe(
    [
      'owl id-1',
      '  starts: 2026-11-23T12:00:00.000Z, 2.0 s ago',
      '  fails: no image',
      '',
      'owl id-1',
      '  fails: no image',
      '',
      '2 flow runs are due.',
      '',
    ].join('\n'),
  );
});

test('a run that would be cancelled says why', () => {
  const late: ShownRun = { ...run, action: 'cancel', reason: 'too late' };
  expect(planText([late], nowMs, plain)).toContain('\n  cancelled: too late\n');
});

test('nothing due is one line', () => {
  expect(planText([], nowMs, plain)).toBe('No flow runs are due.\n');
});
