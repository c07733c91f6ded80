import picocolors from 'picocolors';
import { expect, test } from 'vitest';
import { PollTally } from '../../../src/agent/poll-report.ts';
import { reportText } from '../../../src/cli/report-text.ts';

const plain = picocolors.createColors(false);

test('each run has a row, and the sums follow', () => {
  const tally = new PollTally();
  Object.assign(tally, { polls: 2, found: 4, claimed: 3 });
  tally.add(
    { id: 'id-1', name: 'owl' },
    'started',
    'arn:aws:ecs:us-east-1:123456789012:task/default/0af',
    2100,
  );
  tally.add({ id: 'id-4', name: 'heron' }, 'started', 'task-4', -12_000);
  tally.add({ id: 'id-2', name: 'otter' }, 'put-back', 'RunTask: no room');
  tally.add({ id: 'id-3', name: '' }, 'lost', 'taken\n\u001b[2J');
  expect(reportText(tally.report(), plain)).toBe(
    [
      'FLOW RUN  ID    OUTCOME   LAUNCHED      DETAIL',
      'owl       id-1  started   2.1 s late    task/default/0af',
      'heron     id-4  started   12.0 s early  task-4',
      'otter     id-2  put-back  -             RunTask: no room',
      '-         id-3  lost      -             taken [2J',
      '',
      '2 polls: 4 found, 3 claimed, 2 started, 1 put back, 1 lost to another agent.',
      '',
    ].join('\n'),
  );
});

test('nothing due is one line', () => {
  const tally = new PollTally();
  tally.polls = 1;
  expect(reportText(tally.report(), plain)).toBe('1 poll: no flow run was due.\n');
});

test('what the sweep recovered and which limit was reached are told, where there is something to tell', () => {
  const tally = new PollTally();
  const overLimit = 'Left 2 due flow run(s) in the queue: maxLaunches, which is 3.';
  Object.assign(tally, { polls: 1, recovered: 2, overLimit });
  expect(reportText(tally.report(), plain)).toBe(
    `1 poll: no flow run was due, 2 recovered by the sweep.\n${overLimit}\n`,
  );
});

test('failed polls are told', () => {
  const tally = new PollTally();
  Object.assign(tally, { polls: 3, failedPolls: 2 });
  expect(reportText(tally.report(), plain)).toBe('3 polls (2 failed): no flow run was due.\n');
});

test('runs beyond the report’s list are counted', () => {
  const tally = new PollTally();
  for (let i = 0; i < 203; i++) tally.add({ id: `${i}`, name: 'x' }, 'started', 't');
  expect(reportText(tally.report(), plain)).toContain('\nand 3 more\n');
});
